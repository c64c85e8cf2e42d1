#pragma once
/// What judging gives: values for reports, complete without the results they came from.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/judge/statistics.hpp"
#include "scenarios/model/scenario.hpp"

namespace meshgauge::judge {

using unit = scenarios::quantity::unit;

enum class verdict { pass, fail, inconclusive };

/// A check on one seed. Absent numbers could not be measured; `note` says why.
struct seed_value {
  std::uint64_t seed = 0;
  std::optional<double> measured, limit;  ///< of the worst slice; in the check's unit (seconds, 0..1, per second, ...)
  verdict what = verdict::inconclusive;
  std::string note;
};

/// One expectation on one variant.
struct check {
  unsigned number = 0;  ///< of the expectation in the file, from 1 (`--only`)
  std::string variant;
  std::string text;     ///< as written
  std::string name;     ///< or empty
  std::string because;  ///< or empty
  scenarios::location where;
  scenarios::severity severity = scenarios::severity::fail;
  scenarios::judge_rule rule = scenarios::judge_rule::every;  ///< that was applied

  verdict what = verdict::inconclusive;
  std::string reason;  ///< of inconclusive
  judge::unit unit = unit::count;
  bool in_slices = false;  ///< the measured values are those of the worst slice
  std::vector<seed_value> seeds;
  std::optional<double> median, min, max;  ///< of what was measured
  std::optional<double> limit_min, limit_max;
  std::optional<interval> ratio;  ///< rule ci: measured / limit, paired by seed
  unsigned holds_in = 0;          ///< seeds
  std::optional<std::uint64_t> first_failing_seed;
  std::string when;  ///< bursts and what they followed; may be empty
  std::string why;   ///< failed requests by cause; may be empty
};

/// Totals of one run over "measured".
struct run_summary {
  std::string variant;
  std::uint64_t seed = 0;
  std::uint64_t digest = 0;
  std::uint64_t world_events = 0;
  std::uint64_t requests = 0, ok = 0, status_5xx = 0;
  std::optional<double> p50, p99;  ///< latency, seconds
  std::vector<std::pair<std::string, std::uint64_t>> causes;
};

/// One metric in every variant, and each but the first against the first.
struct comparison_row {
  std::string metric;  ///< "latency.p99", "status.503", with " @window" when it is not "measured"
  judge::unit unit = unit::count;
  bool higher_is_better = false;
  struct cell {
    std::optional<double> median, spread;  ///< spread: half the range over seeds, relative to the median
    std::string note;                      ///< why there is no value
  };
  std::vector<cell> cells;  ///< by variant
  enum class word { better, worse, same, unclear, few_seeds, none };
  struct against_first {
    std::optional<interval> ratio;  ///< paired by seed; low and high are infinite when the first has none
    std::optional<double> median;   ///< of the paired ratios, also with few seeds
    word what = word::none;
    std::size_t pairs = 0;
  };
  std::vector<against_first> ratios;  ///< by variant but the first
  bool equal_everywhere = false;      ///< nothing to see: equal, or none, in every seed of every variant
};

struct comparison {
  std::vector<std::string> variants;
  std::size_t seeds = 0;  ///< that all variants have
  std::vector<comparison_row> rows;
};

struct judged {
  std::string tool_version, scenario, about, file;
  scenarios::engine engine = scenarios::engine::sim;
  scenarios::engine file_engine = scenarios::engine::sim;  ///< what the file asks for
  std::vector<std::pair<std::string, std::string>> params;
  std::vector<std::pair<std::string, std::string>> overrides;  ///< of them, those given on the command line
  double seconds = 0;                                          ///< length of a run, virtual
  std::vector<std::string> variants;
  std::vector<std::uint64_t> seeds;
  std::vector<run_summary> runs;      ///< by variant, then seed
  std::vector<check> checks;          ///< by expectation, then variant
  std::vector<std::string> problems;  ///< about the record itself: an invariant broken, a list cut short
  std::optional<judge::comparison> compared;

  std::size_t count(verdict v) const;
  /// Checks that do not hold and have severity `warn`: shown, neither passed nor failed.
  std::size_t warnings() const;
  std::size_t failed() const { return count(verdict::fail) - warnings(); }
  std::size_t passed() const { return count(verdict::pass); }
  /// Of the command: 1 something is broken, 3 inconclusive and nothing broken, 0 everything holds.
  int exit_code(bool allow_inconclusive) const;
};

}  // namespace meshgauge::judge
