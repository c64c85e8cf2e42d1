#include "router/registry/propagation.hpp"

#include <gtest/gtest.h>

namespace meshgauge::registry {
namespace {

using namespace std::chrono_literals;
constexpr instant t0{};

list_ptr list(std::uint64_t revision) {
  return std::make_shared<const service_list>(service_list{"pay", revision, {}});
}

TEST(DelayLine, LetsAChangeOutExactlyWhenItsDelayHasPassed) {
  delay_line line(distribution::constant(50ms), rng(1));
  line.push({t0, list(1)});
  EXPECT_EQ(line.next_due(), t0 + 50ms);
  EXPECT_FALSE(line.pop(t0 + 50ms - 1ns));
  EXPECT_EQ((*line.pop(t0 + 50ms))->revision, 1u);
  EXPECT_EQ(line.next_due(), never);
}

TEST(DelayLine, WithoutDelayIsImmediate) {
  delay_line line(distribution(), rng(1));
  line.push({t0 + 3s, list(1)});
  EXPECT_TRUE(line.pop(t0 + 3s));
}

TEST(DelayLine, NeverLetsAChangeOvertakeAnother) {
  delay_line line(distribution::exponential(1s), rng(3));
  for (std::uint64_t i = 1; i <= 500; ++i) line.push({t0 + i * 1ms, list(i)});
  instant last{};
  for (std::uint64_t i = 1; i <= 500; ++i) {
    const auto due = line.next_due();
    EXPECT_GE(due, last);
    EXPECT_GE(due, t0 + i * 1ms);
    last = due;
    EXPECT_EQ((*line.pop(due))->revision, i);
  }
}

TEST(DelayLine, DrawsByReaderAndRevisionOnly) {
  const auto delay = distribution::uniform(0ms, 100ms);
  auto due = [&](const rng& reader, std::uint64_t revision) {
    delay_line line(delay, reader);
    line.push({t0, list(revision)});
    return line.next_due();
  };
  const rng root(9);
  EXPECT_EQ(due(root.derive("a"), 7), due(root.derive("a"), 7));
  EXPECT_NE(due(root.derive("a"), 7), due(root.derive("b"), 7));
  EXPECT_NE(due(root.derive("a"), 7), due(root.derive("a"), 8));
}

}  // namespace
}  // namespace meshgauge::registry
