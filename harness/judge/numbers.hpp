#pragma once
/// Numbers as people read them: three significant digits and a unit that fits. Plain ASCII, no locale.

#include <string>
#include <string_view>

#include "harness/judge/verdict.hpp"

namespace meshgauge::judge {

/// Zeros at the end of a fraction: dropped in a sentence, kept in a column.
enum class zeros { drop, keep };

/// 0.00533 s -> "5.33 ms", 0.035 -> "3.5 %", 1497/s -> "1497/s", 1.2 -> "1.2x"; counts whole where they are.
std::string text_of(double value, unit u, zeros z = zeros::drop);
/// Zero of a count, share or rate is the word "none".
std::string text_or_none(double value, unit u, zeros z = zeros::drop);
/// "0.05 ... 0.8 s": both in the unit of the larger; one number when they read the same.
std::string range_text(double low, double high, unit u);
/// Three significant digits without a unit or exponent: 0.000123, 5.33, 40.1, 1497.
std::string digits(double value, zeros z = zeros::drop);
/// "1 request", "2 requests".
std::string plural(std::uint64_t n, std::string_view one, std::string_view many);
/// "a", "a and b", "a, b and c".
std::string join_and(const std::vector<std::string>& words);

}  // namespace meshgauge::judge
