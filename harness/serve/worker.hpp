#pragma once
/// One thread that routes: a live world of its own with a listener, a router, and its own knowledge of instances.
///
/// Workers share nothing that a request touches; the kernel spreads connections over their listeners (SO_REUSEPORT).
/// That costs a watch of the registry and a pool of connections for each worker, and buys that no request ever waits
/// for another thread. The world lives and dies on the worker's thread. From outside come only orders (an atomic and a
/// wake-up); out go the counters (atomics) and a state that is copied once a second.

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "harness/serve/config.hpp"
#include "harness/serve/log_writer.hpp"
#include "harness/serve/worker_state.hpp"
#include "router/net/live/live_world.hpp"
#include "router/proxy/router.hpp"

namespace meshgauge::serve {

class worker {
 public:
  struct options {
    unsigned number = 0;
    std::uint64_t seed = 1;  ///< another for each: request ids come from it
    net::endpoint listen;
    bool share_port = false;
    std::optional<net::endpoint> registry;
    bool announce_registry = false;       ///< says on stderr when the registry comes and goes
    log_writer::lane* log = nullptr;      ///< null: no access log
    net::live::live_world* up = nullptr;  ///< woken when the phase changes; outlives the worker
  };
  enum class phase : std::uint8_t { starting, failed, serving, closed, drained, ended };
  /// close: let nobody new in. drain: end each connection with its next answer; not before all workers have closed,
  /// else those who are told to come back find one that is closing. stop: end what is left, politely.
  enum class order : std::uint8_t { serve, close, drain, stop, kill };

  /// \param c  outlives the worker.
  worker(const config& c, options o) : config_(c), options_(o) {}
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;
  ~worker();

  void start();
  void tell(order what);
  phase now() const { return phase_.load(std::memory_order_acquire); }

  /// When failed: why.
  const std::string& problem() const { return problem_; }
  /// From serving on.
  const net::endpoint& at() const { return at_; }
  /// Null before it serves; valid until it was told to stop or kill.
  const proxy::counters* counters() const { return counters_.load(std::memory_order_acquire); }
  worker_state_ptr state() const;
  std::uint64_t dropped_lines() const { return options_.log == nullptr ? 0 : options_.log->dropped(); }

 private:
  struct parts;
  void run();
  void serve(net::live::live_world& w);
  void change(phase to);
  void close_door(net::live::live_world& w, net::host& h, const proxy::router& r);
  net::task<void> publish_always(net::host& h, parts& p);
  void publish(const parts& p);
  order told() const { return order_.load(std::memory_order_acquire); }

  const config& config_;
  options options_;
  std::thread thread_;
  std::atomic<phase> phase_{phase::starting};
  std::atomic<order> order_{order::serve};
  std::atomic<const proxy::counters*> counters_{nullptr};
  std::string problem_;
  net::endpoint at_;
  mutable std::mutex mutex_;
  net::live::live_world* world_ = nullptr;  ///< while it lives; guarded
  worker_state_ptr state_;                  ///< guarded
};

}  // namespace meshgauge::serve
