#pragma once
/// The simulated world: a network of hosts in virtual time, deterministic to the last event.
///
/// Events run in the order (time, actor, the actor's counter). A rolling digest covers every event; two runs with equal
/// digests did the same things at the same times in the same order. `observe` shows each event, to find the first one
/// that differs.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <vector>

#include "fakes/sim/event_queue.hpp"
#include "fakes/sim/sim_stream.hpp"
#include "router/net/host.hpp"

namespace meshgauge::sim {

/// Virtual time stood still: somebody loops without waiting.
struct stuck : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct seen_event {
  std::uint64_t number = 0;
  instant at{};
  std::uint64_t actor = 0;  ///< host id, or hash of a connection's opener, number and side
  std::uint32_t count = 0;
  std::uint32_t argument = 0;
  std::uint32_t kind = 0;  ///< packet; 8 = timer
  friend bool operator==(const seen_event&, const seen_event&) = default;
};

class sim_world final : public net::world {
 public:
  explicit sim_world(std::uint64_t seed);
  ~sim_world() override;

  net::stream_ptr open(net::host& from, const net::endpoint& to) override;
  net::result<net::listener_ptr> listen(net::host& on, const net::endpoint& at) override;

  /// Runs everything that happens up to and including `until`; afterwards now() == until.
  void run_until(instant until);
  void run_for(duration d) { run_until(saturating_add(now(), d)); }
  /// Runs until `done` holds (looked at after each event) or `until` is reached; \return whether it held.
  bool run_until(instant until, const std::function<bool()>& done);
  /// Runs one event not later than `until`; false when there is none.
  bool step(instant until);

  std::uint64_t digest() const { return digest_; }
  std::uint64_t events() const { return events_; }
  std::size_t connections() const { return connections_; }
  bool idle() const { return queue_.empty() && timers_.empty(); }

  std::function<void(const seen_event&)> observe;

  static constexpr std::size_t window = 64 * 1024;  ///< bytes on the way or unread, a direction
  static constexpr std::size_t backlog = 4096;      ///< connections that wait for accept()
  static constexpr std::uint64_t events_per_instant_max = 20'000'000;

 private:
  friend class sim_stream;
  friend struct connection;
  class sim_listener;

  void schedule(instant at, std::uint64_t actor, std::uint32_t count, packet kind, sim_stream& target,
                std::uint32_t argument);
  void dispatch(const event& e);
  void note(instant at, std::uint64_t actor, std::uint32_t count, std::uint32_t kind, std::uint32_t argument);
  void arrive_syn(sim_stream& client);
  void hold(sim_stream& s);
  std::string_view keep(const std::string& name) { return *names_.insert(name).first; }
  void forget(sim_stream& s);
  void release_held();
  void prefetch() const;

  event_queue queue_;
  std::map<net::endpoint, sim_listener*> listeners_;
  std::map<net::endpoint, std::string_view>
      owners_;  ///< who listened there last: links lead to hosts, also to dead ones
  std::vector<sim_stream*> held_;
  std::set<std::string> names_;
  std::uint64_t digest_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t events_here_ = 0;
  std::size_t connections_ = 0;
  std::uint16_t next_port_ = 49152;
};

}  // namespace meshgauge::sim
