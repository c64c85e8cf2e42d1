#pragma once
/// Everything `serve` can be told, as plain values: what the command line and the config file add up to.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/serve/quantities.hpp"
#include "router/lb/balancer.hpp"
#include "router/net/endpoint.hpp"
#include "router/proxy/options.hpp"

namespace meshgauge::serve {

enum class log_mode : std::uint8_t { off, sampled, full };
std::string_view name_of(log_mode m);

struct config {
  net::endpoint listen{boost::asio::ip::address_v4::loopback(), 8000};
  std::optional<net::endpoint> admin;
  std::optional<net::endpoint> registry;      ///< start one, listening here
  std::optional<net::endpoint> use_registry;  ///< one that runs elsewhere
  duration lease = std::chrono::seconds(15);  ///< of instances that name no ttl, in a registry of our own
  std::string scenario;                       ///< file whose fleets are started behind the registry
  unsigned workers = 1;

  std::map<std::string, std::vector<net::endpoint>> instances;  ///< by service; always there
  std::vector<proxy::route> routes;  ///< empty: the first segment of the path names the service
  bool strip = false;                ///< of that default rule
  lb::policy balance = lb::policy::round_robin;
  unsigned retry = 1;     ///< tries beyond the first, after a connection that could not be made
  proxy::options router;  ///< the rest; its routes and its retry rule are set by router_options()

  log_mode access_log = log_mode::off;
  double access_log_share = 0.01;
  std::string access_log_file;  ///< empty: stdout
  duration drain_timeout = std::chrono::seconds(10);
};

/// Where instances are must come from somewhere, and a few settings exclude each other. Nothing when all is well.
std::optional<std::string> contradiction(const config& c);

/// What a worker's router is made with.
proxy::options router_options(const config& c);

/// The whole configuration as a config file (JSON) that reads back as the same.
std::string to_text(const config& c);

}  // namespace meshgauge::serve
