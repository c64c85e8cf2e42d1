#pragma once
/// Quantities: a number and its unit in one word, "250ms", "2%", "1500/s", "20x", "64KiB". A bare number is a count.

#include <optional>
#include <string_view>

#include "router/core/time.hpp"

namespace meshgauge::language {

enum class unit_kind { count, time, share, rate, factor, size, bandwidth };

struct measured {
  unit_kind kind = unit_kind::count;
  double value = 0;  ///< time in seconds, share as 0..1, rate per second, size in bytes
  std::string_view number, unit;
  bool whole = true;  ///< the number has no fraction
};

/// Reads all of `s`; nothing when it is no quantity. Numbers: digits with at most one point, no sign, no exponent.
std::optional<measured> parse_quantity(std::string_view s);

/// Seconds as nanoseconds, rounded.
duration to_duration(double seconds);

/// The longest time a scenario may speak of.
inline constexpr double seconds_max = 1000.0 * 3600;

std::string_view article(unit_kind kind);   ///< "a duration"
std::string_view examples(unit_kind kind);  ///< `"250ms", "2s" or "1m"`

}  // namespace meshgauge::language
