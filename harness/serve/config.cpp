#include "harness/serve/config.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/serve/settings.hpp"

namespace meshgauge::serve {

std::string_view name_of(log_mode m) {
  switch (m) {
    case log_mode::off:
      return "off";
    case log_mode::sampled:
      return "sampled";
    case log_mode::full:
      return "full";
  }
  return "";
}

std::optional<std::string> contradiction(const config& c) {
  if (c.registry && c.use_registry) return "registry and use-registry exclude each other: start one, or use another";
  if (!c.registry && !c.use_registry && c.instances.empty())
    return "nobody says where instances are: give --registry HOST:PORT, --use-registry HOST:PORT or "
           "--instance NAME=HOST:PORT";
  if (c.use_registry && c.use_registry->port == 0) return "use-registry needs a port";
  if (!c.scenario.empty() && !c.registry) return "scenario needs registry: its instances register there";
  if (c.strip && !c.routes.empty())
    return "strip is for routing by the first segment of the path; with routes, say it in each rule that strips";
  if (c.router.limits.target >= c.router.limits.head)
    return fmt::format("max-target ({}) must be below max-head ({})", write_size(c.router.limits.target),
                       write_size(c.router.limits.head));
  return std::nullopt;
}

proxy::options router_options(const config& c) {
  proxy::options o = c.router;
  o.routes = c.routes.empty() ? proxy::route_table(c.strip) : proxy::route_table(c.routes);
  o.retry.count = c.retry;
  o.retry.on_connect_failure = c.retry > 0;
  return o;
}

std::string to_text(const config& c) {
  using json = nlohmann::ordered_json;
  json out = json::object();
  for (const setting& s : settings()) {
    const std::string value = s.write(c);
    if (!value.empty()) out[std::string(s.name)] = s.bare ? json::parse(value) : json(value);
  }
  out["instances"] = json::object();
  for (const auto& [service, at] : c.instances) {
    json& list = out["instances"][service] = json::array();
    for (const net::endpoint& e : at) list.push_back(net::to_string(e));
  }
  out["routes"] = json::array();
  for (const proxy::route& r : c.routes) {
    json rule = json::object();
    if (!r.prefix.empty()) rule["path"] = r.prefix;
    if (!r.host.empty()) rule["host"] = r.host;
    if (!r.header.empty()) rule["header"] = r.header;
    if (!r.header_value.empty()) rule["value"] = r.header_value;
    rule["service"] = r.service;
    rule["strip"] = r.strip;
    out["routes"].push_back(std::move(rule));
  }
  out["upgrades"] = c.router.upgrades;
  out["trailers"] = c.router.trailers;
  return out.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace meshgauge::serve
