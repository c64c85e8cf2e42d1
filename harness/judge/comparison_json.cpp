#include "harness/judge/comparison_json.hpp"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace meshgauge::judge {

using json = nlohmann::ordered_json;

std::string_view name_of(unit u) {
  switch (u) {
    case unit::share:
      return "share";
    case unit::rate:
      return "per-second";
    case unit::time:
      return "seconds";
    case unit::factor:
      return "factor";
    default:
      return "count";
  }
}

std::string_view name_of(comparison_row::word w) {
  using word = comparison_row::word;
  switch (w) {
    case word::better:
      return "better";
    case word::worse:
      return "worse";
    case word::same:
      return "equal";
    case word::unclear:
      return "unclear";
    case word::few_seeds:
      return "too-few-seeds";
    default:
      return "none";
  }
}

json json_number(std::optional<double> v) {
  if (!v) return nullptr;
  if (std::isinf(*v)) return *v > 0 ? "inf" : "-inf";
  const std::string text = fmt::format("{:.12g}", *v);
  double rounded = 0;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  if (rounded == std::floor(rounded) && std::abs(rounded) < 1e15) return static_cast<std::int64_t>(rounded);
  return rounded;
}

json json_of(const comparison& c) {
  json rows = json::array();
  for (const comparison_row& r : c.rows) {
    json values = json::array(), ratios = json::array();
    for (const comparison_row::cell& x : r.cells) {
      json v{{"median", json_number(x.median)}, {"spread", json_number(x.spread)}};
      if (!x.note.empty()) v["note"] = x.note;
      values.push_back(std::move(v));
    }
    for (const comparison_row::against_first& a : r.ratios) {
      json v{{"median", json_number(a.median)}, {"pairs", a.pairs}, {"says", name_of(a.what)}};
      if (a.ratio) v["interval"] = json::array({json_number(a.ratio->low), json_number(a.ratio->high)});
      ratios.push_back(std::move(v));
    }
    rows.push_back(json{{"metric", r.metric},
                        {"unit", name_of(r.unit)},
                        {"higher_is_better", r.higher_is_better},
                        {"equal_everywhere", r.equal_everywhere},
                        {"values", std::move(values)},
                        {"ratios_to_first", std::move(ratios)}});
  }
  return json{{"variants", c.variants}, {"seeds", c.seeds}, {"rows", std::move(rows)}};
}

}  // namespace meshgauge::judge
