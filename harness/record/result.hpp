#pragma once
/// The recorded result of one run (one variant, one seed, one engine): what judge and reports read, and all they read.
///
/// Plain values. It names no wall time, path or host, so that equal runs give equal results and equal files. Bounded:
/// buckets (at most some thousands), sparse histograms, samples by cause, capped lists that say how much they dropped.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/record/attempt.hpp"
#include "harness/record/histogram.hpp"
#include "scenarios/model/scenario.hpp"

namespace meshgauge::record {

/// A named part of the run. "run" is always first, phases follow in order, then named events in order of their start.
struct window {
  enum class kind { run, phase, event };
  std::string name;
  kind what = kind::run;
  bool measured = true;  ///< phases: belongs to "measured"
  bool open = false;     ///< an event that had not ended when the run did; its end is the run's
  instant start{}, end{};
  bool operator==(const window&) const = default;
};

/// One life of an instance. `name` is "payments/3"; a restart or a replacement has the next generation.
struct incarnation {
  std::string name;
  std::uint32_t fleet = 0, number = 0, generation = 0;
  std::string version;
  double weight = 1;
  bool operator==(const incarnation&) const = default;
};

struct status_count {
  std::uint16_t status = 0;  ///< 0: no response
  std::uint32_t count = 0;
  bool operator==(const status_count&) const = default;
};

/// Failed requests of a bucket with one cause, one truth about the instance that the last attempt went to, one status.
struct failure_count {
  cause why = cause::none;
  meshgauge::truth then = truth::unknown;
  std::uint16_t status = 0;
  std::uint32_t count = 0;
  std::uint32_t attempts = 0;                               ///< at instances, of all of them together
  duration view_age_min = duration::max(), view_age_max{};  ///< of the last attempts; min > max when there was none
  bool operator==(const failure_count&) const = default;
};

struct instance_count {
  std::uint32_t instance = 0;  ///< incarnation
  std::uint32_t attempts = 0;
  bool operator==(const instance_count&) const = default;
};

/// One number about each view, over all viewers: the worst that lasted, and what the time-weighted mean needs.
struct gauge {
  std::uint32_t worst = 0;
  std::int64_t integral = 0;  ///< viewers x instances x ns
  bool operator==(const gauge&) const = default;
};

struct view_gauges {
  std::int64_t viewer_time = 0;  ///< viewers x ns; 0: nobody had a view yet, `worst` says nothing
  gauge known;                   ///< in the view; worst = fewest
  gauge wrong;                   ///< in the view but not serving; worst = most
  gauge missing;                 ///< serving but not in the view
  gauge dead;                    ///< in the view but stopped
  bool operator==(const view_gauges&) const = default;
};

/// What was due in [start, end), however late it ended.
struct bucket {
  instant start{}, end{};
  std::uint32_t requests = 0;
  std::uint32_t ok = 0;        ///< answered below 500 and whole: the rest has a cause each
  std::uint32_t attempts = 0;  ///< at instances, by whoever chose
  std::uint32_t retries = 0;   ///< attempts beyond the first of each request, of callers or of routers
  std::array<std::uint32_t, truth_count> routed_to{};
  std::vector<status_count> statuses;     ///< by status
  std::vector<failure_count> failures;    ///< by (cause, truth, status)
  std::vector<instance_count> instances;  ///< by incarnation
  histogram latency;                      ///< due to end, every request
  histogram response;                     ///< sent to end, requests that were sent
  histogram staleness;                    ///< by the time the truth changed
  view_gauges views;
  bool operator==(const bucket&) const = default;
};

struct truth_change {
  instant at{};
  std::uint32_t instance = 0;
  meshgauge::truth now = truth::unknown;
  bool operator==(const truth_change&) const = default;
};

struct view_change {
  instant at{};
  std::uint32_t viewer = nobody;  ///< nobody: the registry itself
  std::uint32_t fleet = 0;
  std::vector<std::uint32_t> added, removed;  ///< incarnations, sorted
  bool operator==(const view_change&) const = default;
};

struct fired_event {
  enum class kind { started, ended, noted };
  instant at{};
  std::uint32_t index = 0;  ///< into scenario::timeline
  kind what = kind::started;
  std::string text;  ///< on whom, in words
  bool operator==(const fired_event&) const = default;
};

/// A failed request in full. Per cause the `run.samples` requests with the lowest hash of (load, number): a choice that
/// neither early nor late ones win.
struct sample {
  record::request what;
  std::vector<attempt> attempts;
  bool operator==(const sample&) const = default;
};

struct result {
  // --- identity
  std::string tool_version, scenario, variant;
  std::uint64_t seed = 0;
  scenarios::engine engine = scenarios::engine::sim;
  std::vector<std::pair<std::string, std::string>> params;
  std::uint64_t digest = 0;
  std::uint64_t world_events = 0;
  instant end{};  ///< of the world, after the last phase and what it left running

  // --- who
  std::vector<std::string> fleets, loads, viewers;
  std::vector<incarnation> incarnations;

  // --- what happened
  std::vector<window> windows;
  duration bucket_width{};
  std::uint64_t cuts_dropped = 0;  ///< boundaries that the limit on buckets did not let in
  std::vector<bucket> buckets;
  std::vector<truth_change> truth_changes;
  std::vector<view_change> view_changes, registry_changes;
  std::vector<fired_event> events;
  std::uint64_t truth_changes_dropped = 0, view_changes_dropped = 0, registry_changes_dropped = 0, events_dropped = 0;
  std::vector<sample> samples;  ///< by cause, then due time
  histogram generator_late;
  std::uint64_t late_attempts = 0;  ///< reported after their request had ended (a caller that gave up)
  std::vector<std::string> invariant_violations;

  bool operator==(const result&) const = default;

  const window* window_named(std::string_view name) const {
    for (const window& w : windows) {
      if (w.name == name) return &w;
    }
    return nullptr;
  }
};

}  // namespace meshgauge::record
