#pragma once
/// What a worker tells the others about itself: a copy, made on its own thread once a second, that anybody may keep.
/// The counters of its router are read directly and are not in here.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "router/core/time.hpp"

namespace meshgauge::serve {

struct instance_state {
  std::string id, address;
  std::uint32_t in_flight = 0;  ///< of this worker
  std::size_t pool_open = 0;    ///< connections, idle ones included
  std::size_t pool_idle = 0;
};

struct service_state {
  std::string name;
  bool fixed = false;  ///< from the configuration, not from the registry
  std::uint64_t revision = 0;
  duration age{};  ///< of what is known about it
  std::vector<instance_state> instances;
};

struct worker_state {
  bool has_registry = false;
  bool has_view = false;                ///< the registry has answered at least once
  duration view_age{};                  ///< when it has
  std::uint64_t registry_failures = 0;  ///< questions that it did not answer
  std::vector<service_state> services;  ///< sorted by name, fixed ones first
};
using worker_state_ptr = std::shared_ptr<const worker_state>;

}  // namespace meshgauge::serve
