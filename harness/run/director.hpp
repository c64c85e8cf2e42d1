#pragma once
/// Makes the timeline happen: one coroutine an event, on a host of its own that nothing can fail.
///
/// Random choices (a random time, `any`, `25%`) are drawn by the seed and the event's place in the file, so every
/// variant of a scenario sees the same faults at the same times.

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fakes/client/load.hpp"
#include "harness/run/latch.hpp"
#include "harness/run/mesh.hpp"

namespace meshgauge::run {

class director {
 public:
  director(mesh& m, std::uint64_t seed);
  ~director();

  /// Call after mesh::begin.
  void start();
  /// Every load has made its last request.
  bool loads_done() const { return loads_running_ == 0; }
  /// No more than this may go on once the phases are over.
  void stop();
  /// Requests made so far, by load.
  const std::vector<std::uint64_t>& made() const { return made_; }

 private:
  struct happening {
    latch started, ended;
    instant start_time = never;
    std::vector<unit*> units;  ///< of the fleet it is about, as it was at the start
  };
  /// Something that can be undone: by its own end or by `heal`.
  struct affliction {
    std::string target;
    std::vector<std::string> hosts;
    std::function<void()> undo;
    bool over = false;
    latch healed;
  };

  net::task<void> play(std::size_t index);
  net::task<void> wait_until(const scenarios::moment& m, std::size_t index);
  net::task<void> perform(std::size_t index);
  net::task<void> rollout(std::size_t index);
  net::task<void> scale(std::size_t index);
  net::task<void> stop_units(std::vector<unit*> who);
  net::task<void> stop_router(router_unit& r);
  net::task<void> until_ready(std::vector<unit*> who);
  void undo(std::size_t index);
  void afflict(std::size_t index);
  void heal(std::size_t index);
  net::task<void> run_open_load(std::size_t load);
  net::task<void> run_user(std::size_t load, std::uint32_t user);
  void make_request(std::size_t load, std::uint32_t client, instant due);
  std::vector<client::stretch> stretches_of(std::size_t load) const;

  instant world_time(instant scenario_time) const { return mesh_.start() + scenario_time.time_since_epoch(); }
  const scenarios::event& event(std::size_t i) const { return mesh_.scenario().timeline[i]; }
  rng draws(std::size_t index) const { return random_.derive("event").derive(index); }
  const scenarios::phase* phase_named(std::string_view name) const;
  std::size_t event_named(std::string_view name) const;
  /// Scenario time of a moment that does not depend on how long something takes; nothing otherwise.
  std::optional<instant> static_time(const scenarios::moment& m, std::size_t index) const;

  std::vector<std::uint32_t> numbers(const scenarios::target& t, std::size_t size, std::size_t index) const;
  std::vector<unit*> units(const scenarios::target& t, std::size_t index);
  std::vector<router_unit*> routers(const scenarios::target& t, std::size_t index);
  std::vector<std::string> hosts(const scenarios::target& t, std::size_t index);
  std::vector<net::host*> host_objects(const scenarios::target& t, std::size_t index);
  std::string words(std::size_t index, const scenarios::target& t);

  mesh& mesh_;
  rng random_;
  net::host host_;
  std::deque<happening> happenings_;
  std::deque<affliction> afflictions_;
  std::vector<std::vector<std::size_t>> by_event_;  ///< afflictions of an event
  std::vector<std::uint64_t> made_;
  std::size_t loads_running_ = 0;
};

}  // namespace meshgauge::run
