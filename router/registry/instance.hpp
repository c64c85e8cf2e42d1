#pragma once
/// What the registry holds: instances of services, and the immutable lists that readers share.
///
/// Plain values. A `service_list` never changes after it was published, so a watcher, a router's worker and the
/// registry may hold the same one; an instance that did not change is the same object in two successive lists.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/core/time.hpp"

namespace meshgauge::registry {

/// Only UP instances get traffic; the others are listed so that operators and tests see them.
enum class status : std::uint8_t { up, starting, draining, down, out_of_service };

/// "UP", "OUT_OF_SERVICE".
std::string_view name_of(status s);
std::optional<status> status_named(std::string_view name);

struct instance {
  std::string id;       ///< unique within its service
  std::string service;  ///< from the request's path, never from the body
  std::string address;  ///< IP address as text
  std::uint16_t port = 0;
  registry::status status = status::up;
  double weight = 1;
  std::string zone;
  std::string version;
  std::map<std::string, std::string, std::less<>> metadata;
  duration ttl{};  ///< of the lease; zero = the registry's default

  bool operator==(const instance&) const = default;
};

using instance_ptr = std::shared_ptr<const instance>;

struct service_list {
  std::string service;
  std::uint64_t revision = 0;           ///< of the registry when this list last changed; 0 = never had anything
  std::vector<instance_ptr> instances;  ///< sorted by id
};

using list_ptr = std::shared_ptr<const service_list>;

}  // namespace meshgauge::registry
