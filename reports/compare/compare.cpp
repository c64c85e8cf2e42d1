#include "reports/compare/compare.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "harness/judge/comparison_json.hpp"
#include "harness/judge/numbers.hpp"

namespace meshgauge::reports::compare {
namespace {

using judge::comparison_row;
using judge::unit;

struct signs {
  std::string_view over, plus_minus, times, dots;
};

/// Columns that a text takes on a terminal: every byte but the continuation bytes of UTF-8.
std::size_t width_of(std::string_view s) {
  return static_cast<std::size_t>(std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string padded(std::string_view s, std::size_t width, bool right) {
  const std::string blanks(width - std::min(width, width_of(s)), ' ');
  return right ? blanks + std::string(s) : std::string(s) + blanks;
}

/// A factor in a column of ratios: always two digits behind the point, so that they line up.
std::string ratio_digits(double v) {
  if (std::isinf(v)) return "inf";
  return v >= 100 ? fmt::format("{:.0f}", v) : fmt::format("{:.2f}", v);
}

std::string value_text(const comparison_row& r, const comparison_row::cell& c) {
  if (!c.median) return c.note.empty() ? "-" : c.note == "too few samples" ? "too few" : "-";
  if (r.unit == unit::factor) return fmt::format("{:.2f}", *c.median);
  return judge::text_or_none(*c.median, r.unit, judge::zeros::keep);
}

std::string spread_text(const comparison_row::cell& c, const signs& s) {
  if (!c.median || !c.spread || *c.median == 0) return {};
  const double percent = *c.spread * 100;
  return fmt::format("{} {:.{}f} %", s.plus_minus, percent, percent < 9.95 ? 1 : 0);
}

std::string_view word_text(comparison_row::word w) {
  using word = comparison_row::word;
  switch (w) {
    case word::better:
      return "better";
    case word::worse:
      return "worse";
    case word::same:
      return "=";
    case word::unclear:
      return "~";
    default:
      return "";
  }
}

/// Whether a ratio says nothing that a word does not: one side has none at all.
bool has_none(const comparison_row& r, std::size_t i) {
  const bool countable = r.unit == unit::count || r.unit == unit::share || r.unit == unit::rate;
  return countable && (r.cells[0].median == 0.0 || r.cells[i].median == 0.0);
}

std::vector<std::string> cells_of(const comparison_row& r, const signs& s) {
  std::vector<std::string> cells{r.metric};
  for (const comparison_row::cell& c : r.cells) {
    cells.push_back(value_text(r, c));
    cells.push_back(spread_text(c, s));
  }
  for (std::size_t i = 0; i < r.ratios.size(); ++i) {
    const comparison_row::against_first& a = r.ratios[i];
    if (!a.median) {
      cells.insert(cells.end(), {"-", "", ""});
    } else if (has_none(r, i + 1) && a.what != comparison_row::word::same) {
      cells.push_back(r.cells[i + 1].median == 0.0 ? "none" : "not none");
      cells.push_back("");
      cells.emplace_back(word_text(a.what));
    } else {
      cells.push_back(ratio_digits(*a.median) + std::string(s.times));
      cells.push_back(a.ratio ? fmt::format("{} {} {}", ratio_digits(a.ratio->low), s.dots, ratio_digits(a.ratio->high))
                              : "");
      cells.emplace_back(word_text(a.what));
    }
  }
  return cells;
}

}  // namespace

std::string render(const judge::judged& j, const options& o) {
  if (!j.compared) return {};
  const judge::comparison& c = *j.compared;
  const signs s = o.ascii ? signs{"/", "+-", "x", "..."} : signs{"÷", "±", "×", "…"};
  std::vector<std::vector<std::string>> table;
  std::vector<std::string> equal;
  for (const comparison_row& r : c.rows) {
    if (!r.equal_everywhere) {
      table.push_back(cells_of(r, s));
    } else {
      const std::string value = r.cells.empty() ? "" : value_text(r, r.cells[0]);
      equal.push_back(value.empty() || value == "-" ? r.metric : fmt::format("{} ({})", r.metric, value));
    }
  }
  // Columns: the metric; value and spread of each variant; ratio, interval and word of each but the first.
  const std::size_t columns = 1 + 2 * c.variants.size() + 3 * (c.variants.size() - 1);
  std::vector<std::size_t> width(columns);
  for (const auto& row : table) {
    for (std::size_t k = 0; k < columns; ++k) width[k] = std::max(width[k], width_of(row[k]));
  }
  // Headings stand over the columns that belong together; the last of them takes what a heading needs more.
  std::vector<std::pair<std::string, std::pair<std::size_t, std::size_t>>> headings;
  for (std::size_t v = 0; v < c.variants.size(); ++v) headings.push_back({c.variants[v], {1 + 2 * v, 2}});
  for (std::size_t v = 1; v < c.variants.size(); ++v) {
    headings.push_back(
        {fmt::format("{} {} {}", c.variants[v], s.over, c.variants[0]), {1 + 2 * c.variants.size() + 3 * (v - 1), 3}});
  }
  const auto gap = [](const std::pair<std::size_t, std::size_t>& at) -> std::size_t { return at.second == 2 ? 1 : 2; };
  for (const auto& [text, at] : headings) {
    std::size_t have = 0;
    for (std::size_t k = 0; k < at.second; ++k) have += width[at.first + k] + (k > 0 ? gap(at) : 0);
    if (width_of(text) > have) width[at.first + at.second - 1] += width_of(text) - have;
  }
  const auto trimmed = [](std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
  };
  std::string line = std::string(width[0], ' ');
  for (const auto& [text, at] : headings) {
    std::size_t have = 0;
    for (std::size_t k = 0; k < at.second; ++k) have += width[at.first + k] + (k > 0 ? gap(at) : 0);
    line += "   " + padded(text, have, false);
  }
  std::string out = trimmed(line);
  for (const auto& row : table) {
    line = padded(row[0], width[0], false);
    for (std::size_t k = 1; k < columns; ++k) {
      const bool in_values = k < 1 + 2 * c.variants.size();
      const std::size_t part = in_values ? (k - 1) % 2 : (k - 1 - 2 * c.variants.size()) % 3;
      line += (part == 0 ? "   " : in_values ? " " : "  ") + padded(row[k], width[k], part == 0);
    }
    out += trimmed(line);
  }
  if (!equal.empty()) out += fmt::format("the same everywhere: {}\n", fmt::join(equal, ", "));
  for (const judge::comparison_row& r : c.rows) {
    if (r.metric == "available" && !r.equal_everywhere) {
      out += "latency counts every request, failed ones too: a variant that refuses at once looks fast\n";
    }
  }
  if (c.seeds >= 6) {
    out += fmt::format("paired by seed, n = {}, 95 % interval of the median ratio; ~ means it contains 1\n", c.seeds);
  } else {
    out += fmt::format("paired by seed, n = {}: an interval wants 6 seeds (--seeds 6)\n", c.seeds);
  }
  return out;
}

std::string render_json(const judge::judged& j) {
  if (!j.compared) return "null\n";
  return judge::json_of(*j.compared).dump(2) + "\n";
}

}  // namespace meshgauge::reports::compare
