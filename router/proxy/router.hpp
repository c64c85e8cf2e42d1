#pragma once
/// The HTTP router: takes requests, looks the service up, balances, forwards, relays.
///
/// The first path segment names the service. 503 when there is nobody to ask, 502 when who was asked gave no proper
/// answer, 504 when it gave none in time; the cause stands in `Proxy-Status`. A body that was cut is cut for the client
/// as well, never politely ended.
///
/// One coroutine a client connection, everything of it in that frame; what an idle connection holds is that frame and
/// nothing else.

#include "router/discovery/observer.hpp"
#include "router/discovery/resolver.hpp"
#include "router/net/cpu.hpp"
#include "router/proxy/counters.hpp"
#include "router/proxy/options.hpp"

namespace meshgauge::proxy {

class router {
 public:
  /// All arguments must outlive the router; `watcher` may be null.
  router(net::host& h, discovery::resolver& instances, options o, discovery::observer* watcher);

  /// Accepts connections until the listener closes or the host stops.
  net::task<void> serve(net::listener_ptr at);

  /// From now on every answer ends its connection, and says so.
  void drain() { draining_ = true; }
  /// Requests that are being worked on.
  std::size_t in_flight() const { return static_cast<std::size_t>(counters_.in_flight.value()); }
  /// Clients that are connected.
  std::size_t connections() const { return static_cast<std::size_t>(counters_.connections_open.value()); }
  /// Any thread may read them.
  const proxy::counters& counters() const { return counters_; }

 private:
  friend class exchange;
  net::task<void> connection(net::stream_ptr s);
  net::task<void> shed(net::stream_ptr s);

  net::host& host_;
  discovery::resolver& instances_;
  options options_;
  discovery::observer* watcher_;
  net::cpu cpu_;
  rng cost_draws_;
  rng ids_;
  proxy::counters counters_;
  bool draining_ = false;
};

}  // namespace meshgauge::proxy
