#pragma once
/// Why a request or an attempt was not answered by an instance: one cause each, and one map from cause to status.
///
/// Router and discovery client use the same map, so that a 502 means the same in every discovery mode. The names are
/// what `Proxy-Status`, the access log, the metrics `cause.NAME` and the documentation say. A router can be told to
/// speak in another one's statuses (status_map.hpp); the causes stay.

#include <cstdint>
#include <optional>
#include <string_view>

namespace meshgauge {

enum class cause : std::uint8_t {
  none,  ///< answered by an instance, below 500
  no_route,
  no_instance,
  no_healthy_instance,
  registry_unavailable,
  connection_refused,
  connection_reset_before_response,
  connection_closed_before_response,
  bad_response,
  connect_timeout,
  response_timeout,
  deadline_exceeded,  ///< the caller's own deadline
  truncated_response,
  pool_exhausted,
  queue_full,
  circuit_open,
  retry_budget,
  load_shed,
  upstream_5xx,
  client_abort,
  // The request itself is refused, or answered by the router; nobody was asked.
  bad_request,
  request_timeout,  ///< the client was too slow with head or body
  method_not_allowed,
  body_too_large,
  target_too_long,
  head_too_large,
  unsupported_coding,
  unsupported_version,
};
inline constexpr std::size_t cause_count = 28;

enum class outcome : std::uint8_t {
  ok,
  error,
  no_instance,
  refused,
  reset,
  bad,
  timeout,
  truncated,
  overload,
  aborted,
  refused_request
};
inline constexpr std::size_t outcome_count = 11;

/// "connection-refused"; "ok" for none.
std::string_view name_of(cause c);
/// "no-instance".
std::string_view name_of(outcome o);
std::optional<cause> cause_named(std::string_view name);

/// The status a router (or discovery client) answers for `c`; 0 where there is none to give (the caller gave up, the
/// response had begun, the instance's own status stands).
unsigned status_of(cause c);
outcome outcome_of(cause c);

/// What was true about the instance when it was chosen. The qualifier of a cause.
enum class truth : std::uint8_t {
  unknown,  ///< no instance was chosen, or nobody knows
  starting,
  serving,
  draining,
  stopped,
};
inline constexpr std::size_t truth_count = 5;
std::string_view name_of(truth t);

}  // namespace meshgauge
