#pragma once
/// A world: time, timers, and a network between hosts. Two exist: simulated (fakes/sim) and live (net/live).
///
/// One thread a world. Mesh code sees only this base class, and cannot tell which world it is in.

#include "router/core/rng.hpp"
#include "router/net/conditions.hpp"
#include "router/net/listener.hpp"
#include "router/net/stream.hpp"
#include "router/net/timer.hpp"

namespace meshgauge::net {

class world {
 public:
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  instant now() const { return now_; }
  void arm(timer_node& node, const event_key& key) { timers_.arm(node, key); }
  void disarm(timer_node& node) { timers_.disarm(node); }
  std::size_t armed_timers() const { return timers_.size(); }

  /// The root of all random numbers of this world; derive by entity and purpose.
  const rng& random() const { return random_; }

  /// The network between the hosts.
  net::conditions& conditions() { return conditions_; }

  virtual stream_ptr open(host& from, const endpoint& to) = 0;
  /// Port 0: any free one. Errors as bind() and listen() give them (address_in_use, ...).
  virtual result<listener_ptr> listen(host& on, const endpoint& at) = 0;

 protected:
  explicit world(std::uint64_t seed) : random_(seed) {}
  virtual ~world() = default;

  instant now_{};
  timer_heap timers_;
  net::conditions conditions_;

 private:
  rng random_;
};

}  // namespace meshgauge::net
