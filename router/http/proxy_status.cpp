#include "router/http/proxy_status.hpp"

namespace meshgauge::http {
namespace {

constexpr std::string_view details = "details=\"";

/// The registered error types of RFC 9209, section 2.3.
std::string_view error_type(cause why) {
  switch (why) {
    case cause::no_route:
      return "destination_not_found";
    case cause::connection_refused:
      return "connection_refused";
    case cause::connection_reset_before_response:
    case cause::connection_closed_before_response:
      return "connection_terminated";
    case cause::bad_response:
      return "http_protocol_error";
    case cause::connect_timeout:
      return "connection_timeout";
    case cause::response_timeout:
      return "http_response_timeout";
    case cause::truncated_response:
      return "http_response_incomplete";
    case cause::pool_exhausted:
    case cause::queue_full:
    case cause::load_shed:
      return "connection_limit_reached";
    case cause::bad_request:
    case cause::request_timeout:
    case cause::method_not_allowed:
    case cause::body_too_large:
    case cause::target_too_long:
    case cause::head_too_large:
    case cause::unsupported_coding:
    case cause::unsupported_version:
      return "http_request_error";
    default:
      return "destination_unavailable";
  }
}

}  // namespace

void append_proxy_status(std::string& out, std::string_view proxy, cause why) {
  out.append("Proxy-Status: ").append(proxy).append("; error=").append(error_type(why));
  out.append("; ").append(details).append(name_of(why)).append("\"\r\n");
}

cause parse_proxy_status(std::string_view value) {
  const auto at = value.rfind(details);
  if (at == std::string_view::npos) return cause::none;
  value.remove_prefix(at + details.size());
  return cause_named(value.substr(0, value.find('"'))).value_or(cause::none);
}

}  // namespace meshgauge::http
