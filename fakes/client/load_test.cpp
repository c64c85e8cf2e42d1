#include "fakes/client/load.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace meshgauge::client {
namespace {

using namespace std::chrono_literals;

stretch of(duration start, duration end, double rate, arrival_model model = arrival_model::constant) {
  return {instant{} + start, instant{} + end, model, rate};
}

std::vector<duration> all(arrivals a, std::size_t most = 1'000'000) {
  std::vector<duration> out;
  for (; a.next() != never && out.size() < most; a.advance()) out.push_back(a.next().time_since_epoch());
  return out;
}

TEST(Arrivals, ConstantIsEvenToTheNanosecond) {
  const auto due = all(arrivals(rng(1), {of(0s, 10s, 250)}));
  ASSERT_GE(due.size(), 2499U);
  ASSERT_LE(due.size(), 2500U);
  for (std::size_t i = 0; i < due.size(); ++i) ASSERT_EQ(due[i], 4ms * static_cast<int>(i + 1)) << i;
}

TEST(Arrivals, NeverWithoutARate) {
  EXPECT_EQ(arrivals(rng(1), {}).next(), never);
  EXPECT_EQ(arrivals(rng(1), {of(0s, 10s, 0)}).next(), never);
  EXPECT_EQ(arrivals(rng(1), {of(0s, 1s, 0.5)}).next(), never);  // the first would be due at 2 s
}

TEST(Arrivals, EndWithTheLastStretch) {
  arrivals a(rng(1), {of(0s, 1s, 10)});
  while (a.next() != never) a.advance();
  a.advance();
  EXPECT_EQ(a.next(), never);
}

TEST(Arrivals, AStretchOfNothingIsAGap) {
  const auto due = all(arrivals(rng(1), {of(0s, 1s, 100), of(1s, 3s, 0), of(3s, 4s, 100)}));
  EXPECT_TRUE(std::none_of(due.begin(), due.end(), [](duration d) { return d > 1s && d < 3s; }));
  EXPECT_NEAR(static_cast<double>(due.size()), 200, 1);
}

TEST(Arrivals, AChangeOfRateCutsNoGapAndAddsNone) {
  // 0.4 of a gap at 1/s, then the rest at 2/s: due at 0.4 s + 0.6 / 2.
  const auto due = all(arrivals(rng(1), {of(0s, 400ms, 1), of(400ms, 2s, 2)}));
  ASSERT_FALSE(due.empty());
  EXPECT_EQ(due[0], 700ms);
  EXPECT_EQ(due[1], 1200ms);
  EXPECT_EQ(due[2], 1700ms);
  EXPECT_EQ(due.size(), 3U);
}

TEST(Arrivals, StretchesMayStartLaterAndLeaveHoles) {
  const auto due = all(arrivals(rng(1), {of(5s, 6s, 10), of(8s, 9s, 10)}));
  EXPECT_EQ(due.front(), 5100ms);
  for (const duration d : due) EXPECT_TRUE((d >= 5s && d < 6s) || (d >= 8s && d < 9s)) << d.count();
}

TEST(Arrivals, PoissonHasItsRateAndItsSpread) {
  const auto due = all(arrivals(rng(7), {of(0s, 100s, 500, arrival_model::poisson)}));
  EXPECT_NEAR(static_cast<double>(due.size()), 50'000, 4 * 224);  // four standard deviations
  // Gaps: mean 2 ms, standard deviation as large as the mean; counts of disjoint seconds do not depend on each other.
  double sum = 0, squares = 0;
  for (std::size_t i = 1; i < due.size(); ++i) {
    const double g = static_cast<double>((due[i] - due[i - 1]).count()) / 2e6;
    sum += g;
    squares += g * g;
  }
  const double n = static_cast<double>(due.size() - 1);
  EXPECT_NEAR(sum / n, 1, 0.02);
  EXPECT_NEAR(squares / n, 2, 0.1);
  std::vector<double> counts(100);
  for (const duration d : due) counts[static_cast<std::size_t>(d / 1s)] += 1;
  double variance = 0, neighbours = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    variance += (counts[i] - 500) * (counts[i] - 500) / 100;
    if (i > 0) neighbours += (counts[i] - 500) * (counts[i - 1] - 500) / 99;
  }
  EXPECT_NEAR(variance, 500, 4 * 71);
  EXPECT_NEAR(neighbours, 0, 4 * 50);
}

TEST(Arrivals, PoissonNumbersBelongToTheRequestNotToTheRate) {
  // Twice the rate is the same draws at half the time.
  const auto slow = all(arrivals(rng(7), {of(0s, 10s, 100, arrival_model::poisson)}));
  const auto fast = all(arrivals(rng(7), {of(0s, 10s, 200, arrival_model::poisson)}));
  ASSERT_GT(fast.size(), slow.size());
  for (std::size_t i = 0; i < slow.size(); ++i) {
    EXPECT_LE(std::abs((slow[i] - 2 * fast[i]).count()), static_cast<std::int64_t>(2 * (i + 1)));  // rounding
  }
  const auto other = all(arrivals(rng(8), {of(0s, 10s, 100, arrival_model::poisson)}));
  EXPECT_NE(slow, other);
}

TEST(Arrivals, TheClientIsDrawnByTheNumberAlone) {
  arrivals a(rng(3), {of(0s, 10s, 1000)}), b(rng(3), {of(0s, 100s, 100, arrival_model::poisson)});
  std::vector<std::size_t> counts(20);
  for (int i = 0; i < 9'000; ++i) {
    ASSERT_EQ(a.client(20), b.client(20));
    ASSERT_EQ(a.client(20), a.client(20));
    ++counts[a.client(20)];
    a.advance();
    b.advance();
  }
  for (const std::size_t n : counts) EXPECT_NEAR(static_cast<double>(n), 450, 4 * 21);
  EXPECT_EQ(a.client(1), 0U);
}

}  // namespace
}  // namespace meshgauge::client
