#include "harness/record/bucket_line.hpp"

#include <gtest/gtest.h>

#include "router/core/rng.hpp"

namespace meshgauge::record {
namespace {

using namespace std::chrono_literals;

instant at(duration d) {
  return instant{} + d;
}

std::vector<duration> starts_of(const std::vector<bucket>& all) {
  std::vector<duration> v;
  for (const bucket& b : all) v.push_back(b.start.time_since_epoch());
  return v;
}

TEST(BucketLine, IsAGridUntilSomethingCutsIt) {
  bucket_line line(100ms, 1000);
  line.cut(at(130ms));
  EXPECT_EQ(starts_of(line.finish(at(300ms))), (std::vector<duration>{0ms, 100ms, 130ms, 200ms}));
}

TEST(BucketLine, PlannedStepsGoOnFromTheirOwnInstant) {
  bucket_line line(100ms, 1000);
  line.plan(at(50ms), 125ms);
  EXPECT_EQ(starts_of(line.finish(at(400ms))), (std::vector<duration>{0ms, 50ms, 100ms, 175ms, 200ms, 300ms}));
}

TEST(BucketLine, StepsPlannedInThePastBeginWhereTimeIs) {
  bucket_line line(100ms, 1000);
  line.advance(at(200ms));
  line.plan(at(30ms), 70ms);  // 30, 100, 170, 240, 310
  EXPECT_EQ(starts_of(line.finish(at(320ms))), (std::vector<duration>{0ms, 100ms, 200ms, 240ms, 300ms, 310ms}));
}

TEST(BucketLine, FindsTheBucketThatHoldsAnInstantWhateverWasCut) {
  bucket_line line(100ms, 100000);
  rng r(5);
  for (int i = 0; i < 50; ++i) line.plan(at(duration(static_cast<std::int64_t>(r.below(20'000'000'000)))), {});
  line.plan(at(1234ms), 333ms);
  instant now{};
  for (int i = 0; i < 5000; ++i) {
    now += duration(static_cast<std::int64_t>(r.below(8'000'000)));
    if (r.chance(0.01)) line.cut(now);
    line.advance(now);
    const instant due = now - duration(static_cast<std::int64_t>(r.below(1'000'000'000)));
    const std::size_t k = line.find(due);
    if (due < instant{}) {
      EXPECT_EQ(k, 0u);
      continue;
    }
    ASSERT_LE(line.at(k).start, due);
    ASSERT_GT(line.at(k).end, due);
  }
  const auto all = line.finish(now);
  for (std::size_t k = 1; k < all.size(); ++k) ASSERT_EQ(all[k].start, all[k - 1].end);
  EXPECT_EQ(all.back().end, now);
}

TEST(BucketLine, RefusesBoundariesAboveItsLimitAndCountsThem) {
  bucket_line line(100ms, 8);
  line.plan(at(1ms), 1ms);
  const auto all = line.finish(at(1s));
  EXPECT_GT(line.cuts_dropped(), 900u);
  EXPECT_LE(all.size(), 18u);
  for (std::size_t k = 1; k < all.size(); ++k) ASSERT_EQ(all[k].start, all[k - 1].end);
}

TEST(BucketLine, WidthGrowsInRoundSteps) {
  EXPECT_EQ(bucket_line::width_for(150s, 6000), 100ms);
  EXPECT_EQ(bucket_line::width_for(20min, 6000), 500ms);
  EXPECT_EQ(bucket_line::width_for(1h, 6000), 1s);
  EXPECT_EQ(bucket_line::width_for(24h, 6000), 20s);
}

}  // namespace
}  // namespace meshgauge::record
