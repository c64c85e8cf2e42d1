#pragma once
/// Turns what happens in one run (one variant, one seed, one world) into a recorded `result`.
///
/// Everything is aggregated as it is written: buckets by the time a request was *due*, log-linear histograms, integer
/// counts; failures are sampled by cause. Memory stays bounded however many requests a run has. Called from the loop of
/// the world only, never concurrently.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "harness/record/result.hpp"
#include "router/core/cause.hpp"
#include "router/core/time.hpp"
#include "scenarios/model/scenario.hpp"

namespace meshgauge::record {

inline constexpr std::uint32_t nobody = 0xffffffffU;

/// One try of a request at one instance, finished. Reported by whoever chose the instance: the client's discovery
/// library or a router.
struct attempt {
  std::uint32_t load = 0;                  ///< index into scenario::loads
  std::uint64_t request = 0;               ///< number within its load, from 0 in order of due time
  std::uint32_t chooser = nobody;          ///< viewer that chose (recorder::add_viewer)
  std::uint32_t instance = nobody;         ///< incarnation (recorder::add_instance); nobody: none was available
  meshgauge::truth then = truth::unknown;  ///< about the instance when it was chosen
  duration view_age{};                     ///< time since the view used was last known to be current
  instant sent{}, end{};
  unsigned status = 0;  ///< 0: no response
  cause why = cause::none;
};

/// One request of a client, ended for good. Exactly one a request.
struct request {
  std::uint32_t load = 0;
  std::uint64_t number = 0;
  std::uint32_t client = 0;         ///< number within its load
  instant due{}, sent{}, end{};     ///< sent: of the first attempt (equals end when none was sent)
  unsigned status = 0;              ///< as the caller saw it; mapped from the cause where no response came; 0: none
  cause why = cause::none;          ///< as the caller saw it, or as the router's Proxy-Status says
  std::uint32_t instance = nobody;  ///< that answered, when the caller knows it
  unsigned attempts = 1;            ///< of the caller (the router's own come through `attempt`)
};

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
  void event_started(instant at, std::size_t index, std::string_view what);
  void event_ended(instant at, std::size_t index);
  void attempted(const attempt& a);
  void ended(const request& r);
  /// How late the generator sent what was due (self-check of `live`; zero in `sim`).
  void generator_late(duration by);

  /// Closes the record. The recorder must not be used afterwards.
  std::unique_ptr<result> finish(instant end, std::uint64_t digest, std::uint64_t world_events);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace meshgauge::record
