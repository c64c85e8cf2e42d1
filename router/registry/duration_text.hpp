#pragma once
/// Durations in the API's texts: "15s", "500ms", "1m", "250us". Whole numbers of one unit; nothing else is accepted.

#include <optional>
#include <string>
#include <string_view>

#include "router/core/time.hpp"

namespace meshgauge::registry {

/// In the largest unit that is exact: 90 s is "90s", 120 s is "2m".
std::string to_text(duration d);
/// Nothing when the text is no duration, negative, or longer than `max`.
std::optional<duration> parse_duration(std::string_view text, duration max);

}  // namespace meshgauge::registry
