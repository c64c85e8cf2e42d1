#include "router/proxy/routes.hpp"

#include <algorithm>

#include "router/http/text.hpp"

namespace meshgauge::proxy {
namespace {

/// Up to the port; the brackets of an IPv6 address stay.
std::string_view without_port(std::string_view host) {
  const auto end = host.starts_with('[') ? host.find(']') : std::string_view::npos;
  const auto colon = host.find(':', end == std::string_view::npos ? 0 : end);
  return host.substr(0, colon);
}

bool host_fits(std::string_view wanted, std::string_view host) {
  host = without_port(host);
  if (!wanted.starts_with("*.")) return http::same_name(wanted, host);
  wanted.remove_prefix(1);  // ".example"
  return host.size() > wanted.size() && http::same_name(host.substr(host.size() - wanted.size()), wanted);
}

bool header_fits(const route& r, const http::head& h) {
  return std::any_of(h.fields().begin(), h.fields().end(), [&](const http::field& f) {
    return http::same_name(f.name, r.header) && (r.header_value.empty() || f.value == r.header_value);
  });
}

/// "/pay/" and "/pay" are the same prefix.
std::string_view bare(std::string_view prefix) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  return prefix;
}

}  // namespace

route_table::found route_table::match(const http::head& h) const {
  const std::string_view path = h.target.substr(0, h.target.find('?'));
  for (const route& r : routes_) {
    const std::string_view prefix = bare(r.prefix);
    if (!path.starts_with(prefix) || (path.size() > prefix.size() && path[prefix.size()] != '/')) continue;
    if (!r.host.empty() && !host_fits(r.host, h.host)) continue;
    if (!r.header.empty() && !header_fits(r, h)) continue;
    if (r.service != "*") return {r.service, r.strip ? prefix.size() : 0};
    std::string_view rest = path.substr(prefix.size());
    if (rest.empty()) return {};
    rest.remove_prefix(1);
    const std::string_view service = rest.substr(0, rest.find('/'));
    return {service, r.strip && !service.empty() ? prefix.size() + 1 + service.size() : 0};
  }
  return {};
}

std::optional<std::string> route_table::problem(const route& r) {
  if (!r.prefix.empty() && !r.prefix.starts_with('/')) return "a path starts with \"/\"";
  if (r.prefix.find_first_of("?# ") != std::string::npos) return "a path has no \"?\", \"#\" or blank";
  if (r.host.find_first_of("/: ") != std::string::npos) return "a host is a name without port";
  if (r.host.find('*', r.host.starts_with("*.") ? 1 : 0) != std::string::npos || r.host == "*.")
    return "\"*\" stands only in front of a host, as in \"*.example\"";
  if (r.header.empty() && !r.header_value.empty()) return "a header's value needs its name";
  if (r.header.find_first_of(": \t") != std::string::npos) return "a header is a field name, without colon";
  if (r.service.empty()) return "a service has a name";
  return std::nullopt;
}

std::string_view stripped(std::string_view target, std::size_t n, std::string& out) {
  if (n == 0) return target;
  const std::string_view rest = target.substr(n);
  if (rest.starts_with('/')) return rest;
  out.assign("/").append(rest);
  return out;
}

}  // namespace meshgauge::proxy
