#pragma once
/// Keeps one instance registered: registers, sends heartbeats, registers again when the registry has forgotten it,
/// changes its status, and takes it out at the end.
///
/// One coroutine decides from what is wanted and what the registry was last told; callers only change what is wanted.
/// So a deregistration can never be overtaken by a registration that was still under way. A registry that does not
/// answer is tried again after a back-off, at the latest when the next heartbeat is due.
///
/// Heartbeats are due at registration + phase, then every `heartbeat`: give each instance a phase of its own, or a
/// thousand instances that started together will beat together for ever. The registrar must outlive its coroutine: kill
/// or join the host first.

#include <vector>

#include "router/discovery/alarm.hpp"
#include "router/discovery/backoff.hpp"
#include "router/http/client.hpp"
#include "router/registry/instance.hpp"

namespace meshgauge::discovery {

struct registrar_options {
  duration heartbeat = std::chrono::seconds(5);
  duration phase{};  ///< from registration to the first heartbeat; zero = one whole `heartbeat`
  duration timeout = std::chrono::seconds(1);  ///< of one call
  backoff_options backoff{};
};

class registrar {
 public:
  registrar(net::host& on, const net::endpoint& registry, registry::instance what, registrar_options options = {});
  registrar(const registrar&) = delete;
  registrar& operator=(const registrar&) = delete;

  /// Spawns the coroutine in the host. Registers at once.
  void start();
  void set_status(registry::status to);
  /// Takes the instance out; ends when the registry has confirmed it (true), or at `deadline`. After the deadline the
  /// registrar gives up: the lease will lapse.
  net::task<bool> deregister(instant deadline);

  /// The registry has confirmed the registration, and has not said since that it does not know us.
  bool registered() const { return registered_; }
  bool running() const { return running_; }
  std::uint64_t registrations() const { return registrations_; }
  std::uint64_t heartbeats() const { return heartbeats_; }
  std::uint64_t failures() const { return failures_; }

 private:
  enum class wanted : std::uint8_t { registered, gone, nothing };

  net::task<void> run();
  /// The next call that is needed, or nothing; and its outcome.
  net::task<bool> call(std::string_view method, std::string path, std::string body);

  net::host& host_;
  http::client http_;
  registry::instance what_;
  registrar_options options_;
  backoff backoff_;
  alarm alarm_;
  alarm* leaver_ = nullptr;  ///< who waits in deregister()
  wanted wanted_ = wanted::registered;
  registry::status told_{};
  instant next_heartbeat_{};
  unsigned answer_ = 0;
  bool registered_ = false;
  bool may_be_registered_ = false;  ///< something was sent that the registry may have acted upon
  bool running_ = false;
  std::uint64_t registrations_ = 0, heartbeats_ = 0, failures_ = 0;
};

}  // namespace meshgauge::discovery
