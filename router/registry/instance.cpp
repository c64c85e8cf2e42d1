#include "router/registry/instance.hpp"

#include <algorithm>
#include <array>

namespace meshgauge::registry {
namespace {
constexpr std::array<std::string_view, 5> names = {"UP", "STARTING", "DRAINING", "DOWN", "OUT_OF_SERVICE"};
}

std::string_view name_of(status s) {
  return names[static_cast<std::size_t>(s)];
}

std::optional<status> status_named(std::string_view name) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return {};
  return static_cast<status>(at - names.begin());
}

}  // namespace meshgauge::registry
