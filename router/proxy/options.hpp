#pragma once
/// What a router can be told.

#include <optional>
#include <string>
#include <vector>

#include "router/core/distribution.hpp"
#include "router/core/status_map.hpp"
#include "router/discovery/retry.hpp"
#include "router/http/head.hpp"
#include "router/http/upstream.hpp"
#include "router/proxy/routes.hpp"

namespace meshgauge::proxy {

struct options {
  std::string name = "meshgauge";  ///< in Via and Proxy-Status; a token
  route_table routes;              ///< which service a request is for
  const status_map* statuses = &status_map::own();
  http::limits limits;
  std::size_t connections_max = 20'000;       ///< of clients, open at once; one more is told 503 and closed
  std::uint64_t body_max = 64 * 1024 * 1024;  ///< of a request
  duration client_idle_timeout = std::chrono::seconds(75);
  duration client_head_timeout = std::chrono::seconds(10);
  duration client_body_timeout = std::chrono::seconds(30);  ///< between two pieces of a body
  duration connect_timeout = std::chrono::milliseconds(250);
  duration upstream_timeout = std::chrono::seconds(1);        ///< request sent to response head
  duration upstream_body_timeout = std::chrono::seconds(30);  ///< between two pieces of a body
  duration tunnel_idle_timeout = std::chrono::minutes(5);     ///< of an upgraded connection, no byte either way
  std::vector<std::string> upgrades{"websocket"};             ///< protocols a client may switch to; lower case
  std::vector<std::string> trailers;  ///< names of trailer fields that are passed on; lower case
  http::pool_limits pool;
  discovery::retry_rule retry;
  /// CPU time of one request and how many are worked on at once; simulated world only.
  std::optional<distribution> cost;
  unsigned workers = 1;
};

}  // namespace meshgauge::proxy
