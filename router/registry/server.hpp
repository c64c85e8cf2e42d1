#pragma once
/// The registry as a server: the directory behind HTTP/1.1, in either world.
///
/// One coroutine a connection: take a request, ask `handle` (api.hpp), reply. A long poll waits inside a
/// fill of its own connection whose deadline is the moment at which there will be something to say; so the same wait
/// ends when a change becomes visible to this reader, when its time is over, and when the reader is gone.
///
/// The server must outlive the coroutines of its host: kill or join the host first. A restart is a new server, filled
/// with `state().save()` of the old one or left empty.

#include <functional>
#include <memory>
#include <string>

#include "router/http/server.hpp"
#include "router/net/host.hpp"
#include "router/registry/api.hpp"

namespace meshgauge::registry {

struct server_options {
  directory_options directory{};
  duration sweep = std::chrono::seconds(1);  ///< between evictions of lapsed leases
  http::server_limits http = {.head = {}, .body = limits::instance_bytes};
  std::size_t connections_max = 20000;  ///< more are reset
};

class server {
 public:
  server(net::host& on, server_options options);
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Listens (port 0: any) and serves until the host stops. \return where it listens.
  net::result<net::endpoint> start(const net::endpoint& at);

  directory& state() { return directory_; }
  std::uint64_t requests() const { return requests_; }
  std::size_t connections() const { return connections_; }

 private:
  net::task<void> sweep();
  net::task<void> serve(net::stream_ptr connection);
  /// The answer to a long poll; no body when the reader has gone.
  net::task<reply> wait(net::stream& reader, long_poll poll);

  net::host& host_;
  server_options options_;
  directory directory_;
  net::listener_ptr listener_;
  std::uint64_t requests_ = 0;
  std::size_t connections_ = 0;
};

}  // namespace meshgauge::registry
