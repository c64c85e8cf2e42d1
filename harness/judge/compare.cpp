#include "harness/judge/compare.hpp"

#include <algorithm>
#include <cmath>

#include "harness/judge/metrics.hpp"

namespace meshgauge::judge {
namespace {

using scenarios::reading;

struct metric {
  std::string_view name;
  reading read = reading::natural;
  bool higher_is_better = false;
};

constexpr metric shown[] = {
    {"latency.p50"},
    {"latency.p99"},
    {"latency.p99.9"},
    {"response.p50"},
    {"status.5xx", reading::share},
    {"status.502", reading::share},
    {"status.503", reading::share},
    {"status.504", reading::share},
    {"available", reading::natural, true},
    {"staleness.max"},
    {"view.wrong"},
    {"share.max_over_mean"},
    {"attempts", reading::share},
};

/// One variant on every seed; absent where it could not be measured.
struct column {
  std::vector<std::optional<double>> by_seed;
  unit in = unit::count;
  std::string note;
};

column measure_all(std::string_view variant, std::span<const std::uint64_t> seeds,
                   std::span<const record::result* const> results, const metric& m, std::string_view window) {
  column c;
  for (const std::uint64_t seed : seeds) {
    std::optional<double>& v = c.by_seed.emplace_back();
    for (const record::result* r : results) {
      if (r->variant != variant || r->seed != seed) continue;
      const spans_or_reason where = window_spans(*r, window);
      measured x =
          where.reason.empty() ? measure(*r, m.name, {}, m.read, where.value) : measured{{}, unit::count, where.reason};
      if (x.thin) {
        x.value.reset();
        x.reason = "too few samples";
      }
      v = x.value;
      if (v) c.in = x.unit;
      if (!v && c.note.empty()) c.note = x.reason;
    }
  }
  return c;
}

comparison_row::cell cell_of(const column& c) {
  std::vector<double> all;
  for (const auto& v : c.by_seed) {
    if (v) all.push_back(*v);
  }
  if (all.empty() || all.size() < c.by_seed.size()) return {{}, {}, c.note};
  const auto [low, high] = std::minmax_element(all.begin(), all.end());
  const double median = median_of(all);
  comparison_row::cell cell{median, {}, {}};
  if (all.size() > 1 && median != 0) cell.spread = (*high - *low) / 2 / std::abs(median);
  return cell;
}

comparison_row::against_first against(const column& first, const column& other, bool higher_is_better) {
  comparison_row::against_first a;
  std::vector<double> ratios;
  for (std::size_t i = 0; i < first.by_seed.size(); ++i) {
    if (first.by_seed[i] && other.by_seed[i]) ratios.push_back(paired_ratio(*other.by_seed[i], *first.by_seed[i]));
  }
  a.pairs = ratios.size();
  using word = comparison_row::word;
  if (ratios.empty()) return a;
  a.median = median_of(ratios);
  if (std::all_of(ratios.begin(), ratios.end(), [](double r) { return r == 1; })) {
    a.what = word::same;
    a.ratio = sign_interval(ratios);
    return a;
  }
  a.ratio = sign_interval(ratios);
  if (!a.ratio) {
    a.what = word::few_seeds;
  } else if (a.ratio->low > 1) {
    a.what = higher_is_better ? word::better : word::worse;
  } else if (a.ratio->high < 1) {
    a.what = higher_is_better ? word::worse : word::better;
  } else {
    a.what = word::unclear;
  }
  return a;
}

}  // namespace

comparison compare(const std::vector<std::string>& variants, std::span<const record::result* const> results,
                   const std::vector<std::string>& windows) {
  comparison out;
  out.variants = variants;
  // Seeds that every variant has: the comparison is paired.
  std::vector<std::uint64_t> seeds;
  for (const record::result* r : results) seeds.push_back(r->seed);
  std::sort(seeds.begin(), seeds.end());
  seeds.erase(std::unique(seeds.begin(), seeds.end()), seeds.end());
  std::erase_if(seeds, [&](std::uint64_t seed) {
    return !std::all_of(variants.begin(), variants.end(), [&](const std::string& v) {
      return std::any_of(results.begin(), results.end(), [&](auto* r) { return r->seed == seed && r->variant == v; });
    });
  });
  out.seeds = seeds.size();
  std::vector<std::string> all_windows{"measured"};
  all_windows.insert(all_windows.end(), windows.begin(), windows.end());
  for (const std::string& window : all_windows) {
    for (const metric& m : shown) {
      std::vector<column> columns;
      for (const std::string& v : variants) columns.push_back(measure_all(v, seeds, results, m, window));
      comparison_row row;
      row.metric = m.name == "attempts" ? "attempts per request" : std::string(m.name);
      if (window != "measured") row.metric += " @" + window;
      row.higher_is_better = m.higher_is_better;
      bool all_same = true;
      for (const column& c : columns) {
        row.cells.push_back(cell_of(c));
        if (row.cells.back().median) row.unit = c.in;
        all_same = all_same && c.by_seed == columns[0].by_seed;
      }
      if (m.name == "attempts") row.unit = unit::factor;
      for (std::size_t i = 1; i < columns.size(); ++i)
        row.ratios.push_back(against(columns[0], columns[i], m.higher_is_better));
      row.equal_everywhere = all_same;
      out.rows.push_back(std::move(row));
    }
  }
  return out;
}

}  // namespace meshgauge::judge
