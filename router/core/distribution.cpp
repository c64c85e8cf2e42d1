#include "router/core/distribution.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

namespace meshgauge {
namespace {

constexpr double ln2_high = 6.93147180369123816490e-01;  // ln 2 in two parts, so that k * ln2_high is exact
constexpr double ln2_low = 1.90821492927058770002e-10;
constexpr double longest = 9.2e18;  // nanoseconds that fit into 63 bits

duration rounded(double nanoseconds) {
  if (!(nanoseconds > 0)) return duration::zero();
  if (nanoseconds > longest) nanoseconds = longest;
  return duration(static_cast<std::int64_t>(nanoseconds + 0.5));
}

double count(duration d) {
  return static_cast<double>(d.count());
}

template <std::size_t N>
double polynomial(const double (&coefficients)[N], double x) {
  double sum = 0;
  for (std::size_t i = N; i-- > 0;) sum = sum * x + coefficients[i];
  return sum;
}

template <class... F>
struct overloaded : F... {
  using F::operator()...;
};

}  // namespace

double fixed_log(double x) {
  // x = m * 2^k with m in [sqrt(1/2), sqrt(2)); ln m = 2 atanh(s), s = (m - 1) / (m + 1), |s| < 0.172.
  auto bits = std::bit_cast<std::uint64_t>(x);
  int k = static_cast<int>(bits >> 52) - 1022;
  if (k == -1022) {  // subnormal
    bits = std::bit_cast<std::uint64_t>(x * 0x1.0p54);
    k = static_cast<int>(bits >> 52) - 1022 - 54;
  }
  double m = std::bit_cast<double>((bits & 0x000fffffffffffffULL) | 0x3fe0000000000000ULL);  // [0.5, 1)
  if (m < 0.70710678118654752440) {
    m *= 2;
    --k;
  }
  const double s = (m - 1) / (m + 1);
  const double s2 = s * s;
  static constexpr double odd[] = {2.0,      2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9, 2.0 / 11,
                                   2.0 / 13, 2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21};
  const double ln_m = s * polynomial(odd, s2);
  return k * ln2_high + (k * ln2_low + ln_m);
}

double fixed_exp(double x) {
  // x = k ln 2 + r, |r| <= ln 2 / 2; e^r by its series.
  const double scaled = x * 1.44269504088896338700;
  const int k = static_cast<int>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  const double r = (x - k * ln2_high) - k * ln2_low;
  double term = 1, sum = 1;
  for (int i = 1; i <= 14; ++i) {
    term *= r / i;
    sum += term;
  }
  const auto power = [](int e) { return std::bit_cast<double>(static_cast<std::uint64_t>(e + 1023) << 52); };
  return k < -1000 ? sum * power(k + 100) * power(-100) : k > 1000 ? sum * power(k - 100) * power(100) : sum * power(k);
}

double normal_quantile(double p) {
  static constexpr double a[] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                 1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                 3.3430575583588128105e4, 2.5090809287301226727e3};
  static constexpr double b[] = {1.0,
                                 4.2313330701600911252e1,
                                 6.8718700749205790830e2,
                                 5.3941960214247511077e3,
                                 2.1213794301586595867e4,
                                 3.9307895800092710610e4,
                                 2.8729085735721942674e4,
                                 5.2264952788528545610e3};
  static constexpr double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                 3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                 2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double d[] = {1.0,
                                 2.05319162663775882187e0,
                                 1.67638483018380384940e0,
                                 6.89767334985100004550e-1,
                                 1.48103976427480074590e-1,
                                 1.51986665636164571966e-2,
                                 5.47593808499534494600e-4,
                                 1.05075007164441684324e-9};
  static constexpr double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                 2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                 2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double f[] = {1.0,
                                 5.99832206555887937690e-1,
                                 1.36929880922735805310e-1,
                                 1.48753612908506148525e-2,
                                 7.86869131145613259100e-4,
                                 1.84631831751005468180e-5,
                                 1.42151175831644588870e-7,
                                 2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (q <= 0.425 && q >= -0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(a, r) / polynomial(b, r);
  }
  double r = std::sqrt(-fixed_log(q < 0 ? p : 1 - p));  // IEEE says sqrt is exact to the last bit
  r = r <= 5 ? polynomial(c, r - 1.6) / polynomial(d, r - 1.6) : polynomial(e, r - 5) / polynomial(f, r - 5);
  return q < 0 ? -r : r;
}

distribution distribution::lognormal(double p1, duration value1, double p2, duration value2) {
  const double z1 = normal_quantile(p1), z2 = normal_quantile(p2);
  const double l1 = fixed_log(count(value1)), l2 = fixed_log(count(value2));
  const double sigma = (l2 - l1) / (z2 - z1);
  return distribution(detail::lognormal_t{l1 - sigma * z1, sigma});
}

duration distribution::at(double u) const {
  return std::visit(overloaded{
                        [](const detail::constant_t& c) { return c.value; },
                        [&](const detail::uniform_t& r) { return r.low + rounded(u * count(r.high - r.low)); },
                        [&](const detail::exponential_t& x) { return rounded(-count(x.mean) * fixed_log(u)); },
                        [&](const detail::lognormal_t& l) {
                          const double exponent = l.mu + l.sigma * normal_quantile(u);
                          return rounded(exponent > 700 ? longest : fixed_exp(exponent < -700 ? -700 : exponent));
                        },
                    },
                    kind_);
}

duration distribution::mean() const {
  return std::visit(overloaded{
                        [](const detail::constant_t& c) { return c.value; },
                        [](const detail::uniform_t& r) { return r.low + (r.high - r.low) / 2; },
                        [](const detail::exponential_t& x) { return x.mean; },
                        [](const detail::lognormal_t& l) {
                          const double exponent = l.mu + l.sigma * l.sigma / 2;
                          return rounded(exponent > 700 ? longest : fixed_exp(exponent));
                        },
                    },
                    kind_);
}

}  // namespace meshgauge
