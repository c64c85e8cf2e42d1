#pragma once
/// A comparison as JSON, for reports/json and reports/compare alike. Keys in a fixed order; an infinite ratio (the
/// first variant has none) is the text "inf", because JSON has no number for it.

#include <nlohmann/json.hpp>

#include "harness/judge/verdict.hpp"

namespace meshgauge::judge {

nlohmann::ordered_json json_of(const comparison& c);

/// null, "inf" or the number; rounded to 12 digits, so that it reads well and survives another compiler's last bit.
nlohmann::ordered_json json_number(std::optional<double> v);

std::string_view name_of(unit u);
std::string_view name_of(comparison_row::word w);

}  // namespace meshgauge::judge
