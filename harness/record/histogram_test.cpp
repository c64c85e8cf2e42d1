#include "harness/record/histogram.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "router/core/rng.hpp"

namespace meshgauge::record {
namespace {

using namespace std::chrono_literals;

TEST(Histogram, MiddleOfACellIsWithinOnePercentOfEveryValueInIt) {
  rng r(1);
  for (int i = 0; i < 200000; ++i) {
    const auto v = static_cast<std::int64_t>(r.next() >> (1 + r.below(62)));
    const double middle = static_cast<double>(middle_of(cell_of(duration(v))).count());
    EXPECT_LE(std::abs(middle - static_cast<double>(v)), 0.01 * static_cast<double>(v)) << v;
  }
}

TEST(Histogram, CellsAreInOrderAndEachBeginsAtItsLowerBound) {
  for (std::size_t c = 1; c < histogram_cells; ++c) {
    const auto cell = static_cast<std::uint16_t>(c);
    ASSERT_EQ(cell_of(lower_bound_of(cell)), cell);
    ASSERT_EQ(cell_of(lower_bound_of(cell) - 1ns), cell - 1);
    ASSERT_EQ(cell_of(middle_of(cell)), cell);
  }
  EXPECT_EQ(cell_of(duration::max()), histogram_cells - 1);
  EXPECT_EQ(cell_of(-5ns), 0);
}

TEST(Histogram, QuantilesMatchTheSortedSampleWithinOnePercent) {
  rng r(2);
  histogram h;
  std::vector<duration> all;
  for (int i = 0; i < 5000; ++i) {
    all.push_back(duration(static_cast<std::int64_t>(1e6 * std::exp(3 * r.unit()))));
    h.add(all.back());
  }
  std::sort(all.begin(), all.end());
  for (const double p : {0.001, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const double exact = static_cast<double>(all[static_cast<std::size_t>(std::ceil(p * 5000)) - 1].count());
    EXPECT_NEAR(static_cast<double>(h.quantile(p).count()), exact, 0.01 * exact) << p;
  }
  EXPECT_EQ(h.quantile(1), all.back());
  EXPECT_EQ(h.min, all.front());
}

TEST(Histogram, QuantileTakesTheNearestRank) {
  histogram h;
  for (int i = 1; i <= 100; ++i) h.add(duration(i));
  EXPECT_EQ(h.quantile(0.07), 7ns);  // 0.07 * 100 is 7.000000000000001 in binary
  EXPECT_EQ(h.quantile(0.5), 50ns);
  EXPECT_EQ(h.quantile(0.99), 99ns);
  EXPECT_EQ(h.mean(), 50ns);
}

TEST(Histogram, MergingEqualsAddingEverythingToOne) {
  rng r(3);
  histogram a, b, all;
  dense_histogram dense;
  for (int i = 0; i < 3000; ++i) {
    const duration v(static_cast<std::int64_t>(r.below(50000000)));
    (i % 3 == 0 ? a : b).add(v);
    all.add(v);
    dense.add(v);
  }
  histogram ab = a, ba = b;
  ab.merge(b);
  ba.merge(a);
  EXPECT_EQ(ab, all);
  EXPECT_EQ(ba, all);
  histogram drained;
  dense.drain_into(drained);
  EXPECT_EQ(drained, all);
  dense.add(7ms);
  histogram again;
  dense.drain_into(again);
  EXPECT_EQ(again.count, 1u);
  EXPECT_EQ(again.max, 7ms);
}

}  // namespace
}  // namespace meshgauge::record
