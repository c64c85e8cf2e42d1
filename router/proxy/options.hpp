#pragma once
/// What a router can be told.

#include <optional>
#include <string>

#include "router/core/distribution.hpp"
#include "router/discovery/retry.hpp"
#include "router/http/head.hpp"
#include "router/http/upstream.hpp"

namespace meshgauge::proxy {

struct options {
  std::string name = "meshgauge";  ///< in Via and Proxy-Status; a token
  bool strip = false;              ///< take the first path segment, the service, away before forwarding
  http::limits limits;
  std::uint64_t body_max = 64 * 1024 * 1024;  ///< of a request
  duration client_idle_timeout = std::chrono::seconds(75);
  duration client_head_timeout = std::chrono::seconds(10);
  duration client_body_timeout = std::chrono::seconds(30);  ///< between two pieces of a body
  duration connect_timeout = std::chrono::milliseconds(250);
  duration upstream_timeout = std::chrono::seconds(1);        ///< request sent to response head
  duration upstream_body_timeout = std::chrono::seconds(30);  ///< between two pieces of a body
  http::pool_limits pool;
  discovery::retry_rule retry;
  /// CPU time of one request and how many are worked on at once; simulated world only.
  std::optional<distribution> cost;
  unsigned workers = 1;
};

}  // namespace meshgauge::proxy
