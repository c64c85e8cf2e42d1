#pragma once
/// Values of the arithmetic in expectations, on one seed.

#include <functional>
#include <string_view>

#include "harness/judge/metrics.hpp"

namespace meshgauge::judge {

/// The result of a variant on the seed at hand; null when there is none.
using result_of = std::function<const record::result*(std::string_view variant)>;

/// \param where  spans of selectors that name no window of their own (`@W`), as they lie in the result they ask.
measured evaluate(const scenarios::expression& e, std::string_view variant, const result_of& results,
                  const std::function<spans_or_reason(const record::result&)>& where);

/// Whether "p2c/*" means `name`: names joined by "/", "*" for any one.
bool pattern_matches(std::string_view pattern, std::string_view name);

bool has_selector(const scenarios::expression& e);
/// A number in front of the reader: no selector in it.
bool is_percentile_of_time(const scenarios::expression& e);

}  // namespace meshgauge::judge
