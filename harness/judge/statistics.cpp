#include "harness/judge/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "router/core/assert.hpp"

namespace meshgauge::judge {

double median_of(std::vector<double> values) {
  MESHGAUGE_ASSERT(!values.empty());
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  const double low = values[(n - 1) / 2], high = values[n / 2];
  return low == high ? low : low + (high - low) / 2;  // also right for two infinities
}

std::size_t sign_rank(std::size_t n) {
  // The tail is summed from C(n, 0) / 2^n up; long double holds 2^-16000.
  long double term = std::ldexp(1.0L, -static_cast<int>(n));
  long double tail = 0;
  std::size_t k = 0;
  while (k < n) {
    tail += term;
    if (2 * tail > 0.05L) break;
    term = term * static_cast<long double>(n - k) / static_cast<long double>(k + 1);
    ++k;
  }
  return k;
}

std::optional<interval> sign_interval(std::vector<double> values) {
  const std::size_t k = sign_rank(values.size());
  if (k == 0) return std::nullopt;
  std::sort(values.begin(), values.end());
  return interval{median_of(values), values[k - 1], values[values.size() - k]};
}

double paired_ratio(double left, double right) {
  if (left == right) return 1;
  if (right == 0) return std::copysign(std::numeric_limits<double>::infinity(), left);
  return left / right;
}

}  // namespace meshgauge::judge
