#pragma once
/// Turns what happens in one run (one variant, one seed, one world) into a recorded `result`.
///
/// Everything is aggregated as it is written: buckets by the time a request was *due*, log-linear histograms, integer
/// counts; failures are sampled by cause. Memory stays bounded however many requests a run has. Called from the loop of
/// the world only, never concurrently. docs/results.md says what each number means.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "harness/record/attempt.hpp"
#include "harness/record/result.hpp"
#include "router/core/cause.hpp"
#include "router/core/time.hpp"
#include "scenarios/model/scenario.hpp"

namespace meshgauge::record {

class recorder {
 public:
  recorder(const scenarios::scenario& scenario, std::size_t variant, std::uint64_t seed, scenarios::engine engine);
  ~recorder();
  recorder(const recorder&) = delete;
  recorder& operator=(const recorder&) = delete;

  // --- who exists. Names are stable: "payments/3", generation counts restarts and replacements from 0.
  std::uint32_t add_instance(std::uint32_t fleet, std::uint32_t number, std::uint32_t generation,
                             std::string_view version, double weight);
  /// A holder of a view: "checkout/7" (client 7 of a load) or "router/0".
  std::uint32_t add_viewer(std::string_view name);

  // --- what happens. Times never decrease between calls of one kind.
  void truth_changed(instant at, std::uint32_t instance, meshgauge::truth now);
  /// The viewer's list of `fleet` is now `instances` (incarnations, any order).
  void view_changed(instant at, std::uint32_t viewer, std::uint32_t fleet, std::span<const std::uint32_t> instances);
  /// What the registry itself holds as usable.
  void registry_changed(instant at, std::uint32_t fleet, std::span<const std::uint32_t> instances);
  /// Event `index` of scenario::timeline started or ended; `what` says on whom in words ("kill payments/3").
  /// An event may start several times (the batches of a rollout): its window spans from the first start to the last
  /// end, and each start is kept with its words.
  void event_started(instant at, std::size_t index, std::string_view what);
  void event_ended(instant at, std::size_t index);
  /// Something below an event happened ("payments/3 exits"): kept with its words, no window changes.
  void event_noted(instant at, std::size_t index, std::string_view what);
  void attempted(const attempt& a);
  void ended(const request& r);
  /// How many requests of `load` were due in all: finish() then checks that each of them ended. Optional.
  void due_in_all(std::uint32_t load, std::uint64_t count);
  /// How late the generator sent what was due (self-check of `live`; zero in `sim`).
  void generator_late(duration by);

  /// Closes the record. The recorder must not be used afterwards.
  std::unique_ptr<result> finish(instant end, std::uint64_t digest, std::uint64_t world_events);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace meshgauge::record
