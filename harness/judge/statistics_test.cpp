#include "harness/judge/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace meshgauge::judge {
namespace {

std::vector<double> one_to(int n) {
  std::vector<double> v(static_cast<std::size_t>(n));
  std::iota(v.begin(), v.end(), 1);
  return v;
}

// Tables of the sign test (Conover, table A3; two-sided 0.05).
TEST(SignInterval, RanksAreThoseOfTheTables) {
  const std::pair<std::size_t, std::size_t> known[] = {{1, 0},  {5, 0},  {6, 1},  {8, 1},  {9, 2},  {10, 2},
                                                       {11, 2}, {12, 3}, {15, 4}, {20, 6}, {25, 8}, {100, 40}};
  for (const auto& [n, k] : known) EXPECT_EQ(sign_rank(n), k) << n;
}

TEST(SignInterval, OfSixIsSmallestToLargestAndOfTenSecondToNinth) {
  EXPECT_EQ(sign_interval(one_to(6)), (interval{3.5, 1, 6}));
  EXPECT_EQ(sign_interval(one_to(10)), (interval{5.5, 2, 9}));
  EXPECT_EQ(sign_interval(one_to(5)), std::nullopt);
  EXPECT_EQ(sign_interval({}), std::nullopt);
}

TEST(SignInterval, DoesNotUnderflowForManySeeds) {
  const std::size_t k = sign_rank(3000);
  EXPECT_NEAR(static_cast<double>(k), 1500 - 1.96 * 0.5 * std::sqrt(3000.0), 2);
}

TEST(PairedRatio, OfNoneToNoneIsOne) {
  EXPECT_EQ(paired_ratio(0, 0), 1);
  EXPECT_EQ(paired_ratio(2, 0), std::numeric_limits<double>::infinity());
  EXPECT_EQ(paired_ratio(0, 2), 0);
  EXPECT_EQ(paired_ratio(3, 2), 1.5);
}

TEST(Median, IsTheMiddleOrTheMeanOfTheMiddleTwo) {
  EXPECT_EQ(median_of({3, 1, 2}), 2);
  EXPECT_EQ(median_of({4, 1, 2, 3}), 2.5);
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(median_of({inf, inf}), inf);
}

}  // namespace
}  // namespace meshgauge::judge
