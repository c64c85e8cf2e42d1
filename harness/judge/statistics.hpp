#pragma once
/// Order statistics over seeds. Nothing is assumed about how the values are distributed, nothing is drawn: two people
/// get the same report.

#include <optional>
#include <vector>

namespace meshgauge::judge {

struct interval {
  double median = 0, low = 0, high = 0;
  bool operator==(const interval&) const = default;
};

/// Median; the mean of the middle two when their number is even. \pre not empty
double median_of(std::vector<double> values);

/// Rank k from each end (1 = smallest and largest) of the 95 % sign-test interval of a median: the largest k with
/// 2 * P(Binomial(n, 1/2) < k) <= 0.05. Zero for n < 6: no such interval exists.
std::size_t sign_rank(std::size_t n);

/// Median and its order-statistic interval; nothing for fewer than 6 values.
std::optional<interval> sign_interval(std::vector<double> values);

/// left / right of a pair; 0 / 0 is 1 (equal), x / 0 infinite.
double paired_ratio(double left, double right);

}  // namespace meshgauge::judge
