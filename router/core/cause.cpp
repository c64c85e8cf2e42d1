#include "router/core/cause.hpp"

#include <array>

#include "router/core/assert.hpp"

namespace meshgauge {
namespace {

struct row {
  cause why;
  std::string_view name;
  unsigned status;
  outcome result;
};

// 503 nobody to ask, 502 asked and got no proper answer, 504 asked and got none in time.
constexpr std::array<row, cause_count> rows{{
    {cause::none, "ok", 0, outcome::ok},
    {cause::no_route, "no-route", 503, outcome::no_instance},
    {cause::no_instance, "no-instance", 503, outcome::no_instance},
    {cause::no_healthy_instance, "no-healthy-instance", 503, outcome::no_instance},
    {cause::registry_unavailable, "registry-unavailable", 503, outcome::no_instance},
    {cause::connection_refused, "connection-refused", 502, outcome::refused},
    {cause::connection_reset_before_response, "connection-reset-before-response", 502, outcome::reset},
    {cause::connection_closed_before_response, "connection-closed-before-response", 502, outcome::reset},
    {cause::bad_response, "bad-response", 502, outcome::bad},
    {cause::connect_timeout, "connect-timeout", 504, outcome::timeout},
    {cause::response_timeout, "response-timeout", 504, outcome::timeout},
    {cause::deadline_exceeded, "deadline-exceeded", 0, outcome::timeout},
    {cause::truncated_response, "truncated-response", 0, outcome::truncated},
    {cause::pool_exhausted, "pool-exhausted", 503, outcome::overload},
    {cause::queue_full, "queue-full", 503, outcome::overload},
    {cause::circuit_open, "circuit-open", 503, outcome::overload},
    {cause::retry_budget, "retry-budget", 503, outcome::overload},
    {cause::load_shed, "load-shed", 503, outcome::overload},
    {cause::upstream_5xx, "upstream-5xx", 0, outcome::error},
    {cause::client_abort, "client-abort", 499, outcome::aborted},
    {cause::bad_request, "bad-request", 400, outcome::refused_request},
    {cause::request_timeout, "request-timeout", 408, outcome::refused_request},
    {cause::method_not_allowed, "method-not-allowed", 405, outcome::refused_request},
    {cause::body_too_large, "body-too-large", 413, outcome::refused_request},
    {cause::target_too_long, "target-too-long", 414, outcome::refused_request},
    {cause::head_too_large, "head-too-large", 431, outcome::refused_request},
    {cause::unsupported_coding, "unsupported-coding", 501, outcome::refused_request},
    {cause::unsupported_version, "unsupported-version", 505, outcome::refused_request},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].why) != i) return false;
  }
  return true;
}
static_assert(in_order(), "rows stand in the order of the enumeration");

const row& row_of(cause c) {
  return rows[static_cast<std::size_t>(c)];
}

constexpr std::array<std::string_view, outcome_count> outcome_names{
    "ok",      "error",     "no-instance", "refused", "reset",          "bad",
    "timeout", "truncated", "overload",    "aborted", "refused-request"};
constexpr std::array<std::string_view, truth_count> truth_names{"unknown", "starting", "serving", "draining",
                                                                "stopped"};

}  // namespace

std::string_view name_of(cause c) {
  return row_of(c).name;
}
std::string_view name_of(outcome o) {
  return outcome_names[static_cast<std::size_t>(o)];
}
std::string_view name_of(truth t) {
  return truth_names[static_cast<std::size_t>(t)];
}
unsigned status_of(cause c) {
  return row_of(c).status;
}
outcome outcome_of(cause c) {
  return row_of(c).result;
}

std::optional<cause> cause_named(std::string_view name) {
  for (const row& r : rows) {
    if (r.name == name) return r.why;
  }
  return std::nullopt;
}

}  // namespace meshgauge
