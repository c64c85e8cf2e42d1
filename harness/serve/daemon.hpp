#pragma once
/// The daemon: a registry if one is wanted, an admin port, and workers that route, until it is told to stop.
///
/// The thread that calls `run` has the control world: registry, admin port, fake instances. It holds no request, so
/// it can watch over the others: it starts workers one by one, and at the end lets them drain.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "harness/serve/admin.hpp"
#include "harness/serve/config.hpp"
#include "harness/serve/worker.hpp"
#include "scenarios/model/scenario.hpp"

namespace meshgauge::serve {

class daemon {
 public:
  struct addresses {
    net::endpoint router;
    std::optional<net::endpoint> registry, admin;
  };

  /// \param fakes  whose fleets are started; needs a registry of our own.
  explicit daemon(config c, std::optional<scenarios::scenario> fakes = {});
  daemon(const daemon&) = delete;
  daemon& operator=(const daemon&) = delete;

  /// Until `stop`. \param started  called once when all workers listen. \return what could not be had (a port, a file);
  /// nothing after an orderly end.
  std::optional<std::string> run(const std::function<void(const addresses&)>& started = {});

  /// Any thread, any time. The first call drains, the second ends at once.
  void stop();

 private:
  struct control;
  std::optional<std::string> start(control& c);
  std::optional<std::string> start_workers(control& c);
  void drain(control& c);
  std::vector<worker_view> views(const control& c) const;

  config config_;
  std::optional<scenarios::scenario> fakes_;
  addresses at_;
  std::atomic<int> stops_{0};
  bool draining_ = false;
  std::mutex mutex_;
  net::live::live_world* world_ = nullptr;  ///< while it lives; guarded
};

}  // namespace meshgauge::serve
