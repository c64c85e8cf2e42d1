#include "router/core/status_map.hpp"

namespace meshgauge {
namespace {

constexpr std::array<std::string_view, 4> all_names{"meshgauge", "envoy", "haproxy", "nginx"};

}  // namespace

status_map::status_map(std::string_view name, std::initializer_list<exception> exceptions) : name_(name) {
  for (std::size_t i = 0; i < cause_count; ++i) statuses_[i] = status_of(static_cast<cause>(i));
  for (const exception& e : exceptions) statuses_[static_cast<std::size_t>(e.why)] = e.status;
}

// Only what differs from our own map. Sources: Envoy's router filter and HTTP/1 codec, haproxy 2.6 http_ana.c and
// h1.c, nginx 1.22 ngx_http_upstream.c and ngx_http_request.c, read and where possible tried.
const std::array<status_map, 4>& status_map::all() {
  static const std::array<status_map, 4> maps{
      status_map(all_names[0], {}),
      status_map(all_names[1],
                 {
                     {cause::no_route, 404},
                     {cause::connection_refused, 503},
                     {cause::connection_reset_before_response, 503},
                     {cause::connection_closed_before_response, 503},
                     {cause::connect_timeout, 503},
                     {cause::target_too_long, 431},  // the codec counts one limit for the whole head
                     {cause::unsupported_version, 426},
                 }),
      status_map(all_names[2],
                 {
                     {cause::connection_refused, 503},
                     {cause::connect_timeout, 503},
                     {cause::target_too_long, 400},
                     {cause::head_too_large, 400},
                     {cause::unsupported_coding, 400},
                     {cause::unsupported_version, 400},
                 }),
      status_map(all_names[3],
                 {
                     {cause::no_route, 404},
                     {cause::no_instance, 502},
                     {cause::no_healthy_instance, 502},
                     {cause::registry_unavailable, 502},
                     {cause::pool_exhausted, 502},
                     {cause::circuit_open, 502},
                     {cause::head_too_large, 400},
                 }),
  };
  return maps;
}

const status_map* status_map::named(std::string_view name) {
  for (const status_map& m : all()) {
    if (m.name_ == name) return &m;
  }
  return nullptr;
}

std::span<const std::string_view> status_map::names() {
  return all_names;
}

const status_map& status_map::own() {
  return all().front();
}

}  // namespace meshgauge
