#include "harness/serve/quantities.hpp"

#include <gtest/gtest.h>

namespace meshgauge::serve {
namespace {

using namespace std::chrono_literals;

duration time_of(std::string_view text) {
  duration d{-1};
  read_time(text, 0ms, 1h, d);
  return d;
}
std::uint64_t size_of(std::string_view text) {
  std::uint64_t n = 77;
  read_size(text, 0, 1ULL << 40U, n);
  return n;
}

TEST(Quantities, TimesAreReadWithTheirUnits) {
  EXPECT_EQ(time_of("250ms"), 250ms);
  EXPECT_EQ(time_of("1.5s"), 1500ms);
  EXPECT_EQ(time_of("2m"), 2min);
  EXPECT_EQ(time_of("0s"), 0s);
}

TEST(Quantities, ATimeWithoutUnitIsRefusedWithAHint) {
  duration d{};
  const auto p = read_time("250", 0ms, 1h, d);
  ASSERT_TRUE(p);
  EXPECT_EQ(p->id, "missing-unit");
  EXPECT_EQ(p->text, "a time needs its unit, but here is 250");
  EXPECT_EQ(p->notes.at(0), "write 250ms, 2s or 1m");
}

TEST(Quantities, TimesOutOfRangeOrOfOtherKindsAreRefused) {
  for (const char* text : {"2h", "64KiB", "", "-1s", "1e3s", "s", "1 s", "0.0000001s"}) {
    duration d{42};
    EXPECT_TRUE(read_time(text, 0ms, 1h, d)) << text;
    EXPECT_EQ(d, duration(42)) << text;
  }
  duration d{42};
  EXPECT_EQ(read_time("0s", 1ms, 1h, d)->text, "at least 1ms is needed, but here is 0s");
}

TEST(Quantities, WhatIsWrittenReadsBack) {
  for (const duration d : {duration(0), duration(1us), duration(1500us), duration(75s), duration(5min), duration(1h)})
    EXPECT_EQ(time_of(write_time(d)), d) << write_time(d);
  for (const std::uint64_t n : {0ULL, 1ULL, 1023ULL, 1024ULL, 65536ULL, 67108864ULL, 1ULL << 40U, (1ULL << 30U) + 1})
    EXPECT_EQ(size_of(write_size(n)), n) << write_size(n);
  for (const double share : {0.0, 1.0, 0.01, 0.125, 0.00001}) {
    double back = -1;
    EXPECT_FALSE(read_share(write_share(share), back));
    EXPECT_EQ(back, share);
  }
}

TEST(Quantities, SizesTakeBytesOrBinaryUnits) {
  EXPECT_EQ(size_of("65536"), 65536U);
  EXPECT_EQ(size_of("64KiB"), 65536U);
  EXPECT_EQ(size_of("64MiB"), 67108864U);
  EXPECT_EQ(size_of("1GiB"), 1073741824U);
  for (const char* text : {"64MB", "1.5KiB", "", "KiB", "-1", "99999999999999999999", "20000000000GiB"})
    EXPECT_EQ(size_of(text), 77U) << text;
}

TEST(Quantities, CountsAreWholeAndBounded) {
  std::uint64_t n = 0;
  EXPECT_FALSE(read_count("64", 1, 64, n));
  EXPECT_EQ(n, 64U);
  for (const char* text : {"0", "65", "1.0", "x", "", "1k"}) EXPECT_TRUE(read_count(text, 1, 64, n)) << text;
}

TEST(Quantities, SharesAreFractionsOrPercentages) {
  double share = 0;
  EXPECT_FALSE(read_share("1%", share));
  EXPECT_EQ(share, 0.01);
  EXPECT_TRUE(read_share("2", share));
  EXPECT_TRUE(read_share("1s", share));
}

TEST(Quantities, AnUnknownWordIsGuessed) {
  EXPECT_EQ(unknown_word("sampeld", {"off", "sampled", "full"})->notes.at(0), "did you mean \"sampled\"?");
}

}  // namespace
}  // namespace meshgauge::serve
