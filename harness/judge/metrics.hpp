#pragma once
/// What the names of metrics mean on a recorded result. docs/results.md has the list in words.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/judge/spans.hpp"
#include "harness/judge/verdict.hpp"

namespace meshgauge::judge {

struct measured {
  std::optional<double> value;  ///< seconds, 0..1, per second, count
  judge::unit unit = unit::count;
  /// Why there is no value. `nothing_there`: the stretch holds nothing to measure, which a slice may skip.
  std::string reason;
  bool nothing_there = false;
  /// The value stands on fewer samples than its percentile wants.
  bool thin = false;
};

/// \param fleet_number  fleets are named by index in targets: `on->group`.
measured measure(const record::result& r, std::string_view metric, const std::optional<scenarios::target>& on,
                 scenarios::reading read, const spans& where);

/// Whether `metric` can be measured at all from a record.
bool is_recorded(std::string_view metric);

/// Samples that a percentile wants: 5 / (1 - p).
std::uint64_t samples_wanted(double p);

/// "latency", "p99.9" from "latency.p99.9".
std::pair<std::string_view, std::string_view> root_and_part(std::string_view metric);

/// Whether a request that ended so counts for `metric` (status.5xx, outcome.timeout, cause.queue-full, available).
/// Nothing when the metric does not count failures.
std::optional<bool> counts_failure(std::string_view metric, const record::failure_count& f);

/// Attempts of each incarnation against what was due to it (by weight and time in service), as a multiple of the mean.
struct share_due {
  std::uint32_t instance = 0;
  std::uint64_t attempts = 0;
  double got = 0, due = 0;  ///< shares of the fleet's attempts
  double over_mean() const { return due > 0 ? got / due : 0; }
};
/// Incarnations of `fleet` that served for at least a tenth of `where`.
std::vector<share_due> shares_of(const record::result& r, std::uint32_t fleet, const spans& where);

}  // namespace meshgauge::judge
