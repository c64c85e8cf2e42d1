#pragma once
/// Distributions of durations, sampled by inversion: one uniform number a sample, so that the same draw mapped through
/// two distributions stays comparable (common random numbers).
///
/// Logarithm, exponential and normal quantile are our own (plain IEEE additions, multiplications and divisions): libm's
/// differ in the last bit between processors and versions, and one bit is enough to change a trace.

#include <variant>

#include "router/core/rng.hpp"
#include "router/core/time.hpp"

namespace meshgauge {

/// ln(x), x > 0 and finite; error below 2e-15 relative to max(1, |ln x|).
double fixed_log(double x);
/// e^x for |x| <= 700; relative error below 1e-15.
double fixed_exp(double x);
/// Quantile of the standard normal distribution, 0 < p < 1 (Wichura 1988, algorithm AS 241, PPND16).
double normal_quantile(double p);

namespace detail {
struct constant_t {
  duration value{};
};
struct uniform_t {
  duration low{}, high{};
};
struct exponential_t {
  duration mean{};
};
/// exp(mu + sigma * N(0,1)) nanoseconds.
struct lognormal_t {
  double mu = 0, sigma = 0;
};
}  // namespace detail

/// A distribution of non-negative durations. A default-constructed one is constant(0).
class distribution {
 public:
  distribution() = default;
  static distribution constant(duration value) { return distribution(detail::constant_t{value}); }
  /// Uniform on [low, high]; low <= high.
  static distribution uniform(duration low, duration high) { return distribution(detail::uniform_t{low, high}); }
  static distribution exponential(duration mean) { return distribution(detail::exponential_t{mean}); }
  /// Lognormal through two quantiles: P(X <= value1) = p1, P(X <= value2) = p2; p1 < p2, 0 < value1 < value2.
  static distribution lognormal(double p1, duration value1, double p2, duration value2);

  /// One sample, rounded to a nanosecond, at most about 290 years.
  duration sample(rng& r) const { return at(r.unit()); }
  /// The quantile at u in (0, 1).
  duration at(double u) const;
  duration mean() const;
  bool is_constant() const { return std::holds_alternative<detail::constant_t>(kind_); }
  bool is_zero() const { return is_constant() && std::get<detail::constant_t>(kind_).value == duration::zero(); }

 private:
  using kind = std::variant<detail::constant_t, detail::uniform_t, detail::exponential_t, detail::lognormal_t>;
  explicit distribution(kind k) : kind_(k) {}
  kind kind_;
};

}  // namespace meshgauge
