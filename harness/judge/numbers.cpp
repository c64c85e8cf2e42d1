#include "harness/judge/numbers.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace meshgauge::judge {
namespace {

struct scale {
  double by;
  std::string_view suffix;
};

scale scale_of(double value, unit u) {
  const double v = std::abs(value);
  switch (u) {
    case unit::share:
      return {100, " %"};
    case unit::rate:
      return {1, "/s"};
    case unit::factor:
      return {1, "x"};
    case unit::time:
      if (v == 0 || v >= 0.9995) return {1, " s"};
      if (v >= 0.9995e-3) return {1e3, " ms"};
      return {1e6, " us"};
    default:
      return {1, ""};
  }
}

}  // namespace

std::string digits(double value, zeros z) {
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  if (value == 0) return "0";
  const double v = std::abs(value);
  if (v >= 999.5 || (z == zeros::drop && v >= 1 && v == std::floor(v))) return fmt::format("{:.0f}", value);
  // Digits behind the point so that three count; trailing zeros say nothing.
  int magnitude = 2;
  for (double edge = 100; v < edge && magnitude > -10; edge /= 10) --magnitude;
  std::string s = fmt::format("{:.{}f}", value, std::clamp(2 - magnitude, 0, 12));
  if (z == zeros::drop && s.find('.') != std::string::npos) {
    s.erase(s.find_last_not_of('0') + 1);
    if (s.back() == '.') s.pop_back();
  }
  return s;
}

std::string text_of(double value, unit u, zeros z) {
  const scale s = scale_of(value, u);
  if (u == unit::count && value == std::floor(value)) z = zeros::drop;
  return digits(value * s.by, z) + std::string(s.suffix);
}

std::string text_or_none(double value, unit u, zeros z) {
  const bool countable = u == unit::count || u == unit::share || u == unit::rate;
  return value == 0 && countable ? "none" : text_of(value, u, z);
}

std::string range_text(double low, double high, unit u) {
  const scale s = scale_of(high, u);
  const std::string a = digits(low * s.by), b = digits(high * s.by);
  return a == b ? b + std::string(s.suffix) : fmt::format("{} ... {}{}", a, b, s.suffix);
}

std::string plural(std::uint64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::string join_and(const std::vector<std::string>& words) {
  if (words.size() < 2) return words.empty() ? std::string() : words[0];
  return fmt::format("{} and {}", fmt::join(words.begin(), words.end() - 1, ", "), words.back());
}

}  // namespace meshgauge::judge
