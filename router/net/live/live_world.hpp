#pragma once
/// The live world: sockets of the kernel and the steady clock.
///
/// One edge-triggered epoll set a world, each socket registered once for its life (a second time when its peer first
/// takes less than is sent). A read that returns less than was
/// asked for has drained the socket, so no second read is tried and none before the kernel says that more came: two
/// system calls a message and not one more. Asio gives the types and the error codes, but not the loop: its reactor
/// tries a read before every wait, which costs two wasted system calls a proxied request (docs/performance.md).
///
/// Latency, jitter and partitions of `conditions` are applied where bytes leave the kernel, when `emulate_network` is
/// on: they are held back until they would have arrived.

#include <sys/epoll.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "router/net/host.hpp"

namespace meshgauge::net::live {

class live_stream;
class live_listener;

struct options {
  std::uint64_t seed = 1;
  bool emulate_network = false;
  bool reuse_port = false;  ///< several worlds may listen at one endpoint
};

class live_world final : public world {
 public:
  /// Throws system_error when the kernel gives no epoll set.
  explicit live_world(const options& o);
  ~live_world() override;

  stream_ptr open(host& from, const endpoint& to) override;
  result<listener_ptr> listen(host& on, const endpoint& at) override;

  /// Runs until `done` holds (looked at after each round) or `until` is reached; \return whether it held.
  bool run_until(instant until, const std::function<bool()>& done);
  void run_until(instant until);
  void run_for(duration d) { run_until(saturating_add(now(), d)); }

  /// Makes run_until look at `done` soon. The only member that other threads and signal handlers may call.
  void wake() noexcept;

  std::size_t sockets() const { return sockets_; }
  std::uint64_t system_calls() const { return system_calls_; }

 private:
  friend class live_stream;
  friend class live_listener;
  /// What an epoll event points to.
  struct watcher {
    virtual ~watcher() = default;
    virtual void ready(std::uint32_t events) = 0;
  };
  struct waker;

  /// A socket that listens at `at`.
  static result<int> listen_socket(const endpoint& at, bool reuse_port);
  bool watch(int fd, std::uint32_t events, watcher* w);
  /// Replaces the events of a socket that is watched; what holds already is reported in the next round.
  void watch_also(int fd, std::uint32_t events, watcher* w);
  void round(instant until);
  /// Waits for events until `next`; \return how many. While events come in quick succession it looks for more for a
  /// moment before it sleeps: falling asleep and being woken costs more than that, for us and for who has to wake us.
  int wait(std::span<epoll_event> events, instant next);
  void refresh_clock();
  /// Deleted after the round: events of this round may still point to it.
  void bury(watcher* w) { graveyard_.emplace_back(w); }

  options options_;
  int epoll_ = -1;
  std::unique_ptr<waker> waker_;
  std::int64_t origin_ = 0;
  std::vector<std::unique_ptr<watcher>> graveyard_;
  std::size_t sockets_ = 0;
  static constexpr duration spin_gap = std::chrono::microseconds(25), spin_most = std::chrono::microseconds(30);
  duration gap_ = std::chrono::milliseconds(1);  ///< between events, smoothed
  instant last_events_{};
  std::uint64_t system_calls_ = 0;
  // Who is at the other end of a connection within this world; kept only for network emulation.
  std::map<endpoint, std::string> listening_, connecting_;
  std::vector<live_stream*> emulated_;
};

}  // namespace meshgauge::net::live
