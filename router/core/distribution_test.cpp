#include "router/core/distribution.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace meshgauge {
namespace {

using namespace std::chrono_literals;

TEST(FixedMath, LogAgreesWithLibm) {
  for (double x = 1e-300; x < 1e300; x *= 1.7) {
    EXPECT_NEAR(fixed_log(x), std::log(x), 2e-15 * std::max(1.0, std::fabs(std::log(x)))) << x;
  }
}

TEST(FixedMath, ExpAgreesWithLibm) {
  for (double x = -699; x < 700; x += 0.37) EXPECT_NEAR(fixed_exp(x) / std::exp(x), 1, 2e-15) << x;
}

TEST(FixedMath, NormalQuantileInvertsTheErrorFunction) {
  for (double p = 1e-9; p < 1; p += 0.00317) {
    const double z = normal_quantile(p);
    EXPECT_NEAR(0.5 * std::erfc(-z / std::sqrt(2.0)) / p, 1, 1e-12) << p;
  }
}

TEST(FixedMath, BitsAreFixed) {  // one changed bit changes every trace: these are part of the contract
  EXPECT_EQ(fixed_log(0.3), -0x1.34378fcbda721p+0);
  EXPECT_EQ(rng(7).derive("client/3").derive("think").at(2), rng(7).derive("client/3").derive("think").at(2));
}

double mean_of(const distribution& d, int n) {
  rng r = rng(11).derive("test");
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += static_cast<double>(d.sample(r).count());
  return sum / n;
}

TEST(Distribution, MeansAreTheTheoreticalOnes) {
  constexpr int n = 200'000;
  const distribution all[] = {distribution::constant(5ms), distribution::uniform(2s, 4s),
                              distribution::exponential(300ms), distribution::lognormal(0.5, 5ms, 0.99, 40ms)};
  for (const auto& d : all) {
    EXPECT_NEAR(mean_of(d, n) / static_cast<double>(d.mean().count()), 1, 0.015);
  }
}

TEST(Distribution, LognormalGoesThroughItsQuantiles) {
  const auto d = distribution::lognormal(0.5, 5ms, 0.99, 40ms);
  EXPECT_NEAR(to_seconds(d.at(0.5)), 0.005, 1e-9);
  EXPECT_NEAR(to_seconds(d.at(0.99)), 0.040, 1e-9);
}

TEST(Rng, DerivedStreamsDoNotDependOnEarlierDraws) {
  rng a(1), b(1);
  a.next();
  EXPECT_EQ(a.derive("x").at(0), b.derive("x").at(0));
  EXPECT_NE(a.derive("x").at(0), a.derive("y").at(0));
  EXPECT_NE(rng(1).derive("x").at(0), rng(2).derive("x").at(0));
}

TEST(Rng, BelowIsUniform) {
  rng r(3);
  int counts[10] = {};
  for (int i = 0; i < 100'000; ++i) ++counts[r.below(10)];
  double chi2 = 0;
  for (int c : counts) chi2 += (c - 10'000.0) * (c - 10'000.0) / 10'000.0;
  EXPECT_LT(chi2, 27.9);  // 0.1 % of the chi-square distribution with 9 degrees of freedom
}

}  // namespace
}  // namespace meshgauge
