#pragma once
/// Targets: `payments`, `payments/3`, `payments/0..4`, `payments/25%`, `payments/any`, `router/0`, `registry`.

#include <optional>
#include <string>
#include <vector>

#include "scenarios/language/context.hpp"

namespace meshgauge::language {

/// Who there is to be targeted.
struct hosts {
  struct group {
    std::string name;
    unsigned count = 0;  ///< the most instances it ever has
  };
  std::vector<group> fleets, loads;
  unsigned routers = 0;  ///< the most that any variant has

  std::vector<std::string> names() const;
};

/// What a place takes.
struct target_wants {
  bool fleet = true, router = false, registry = false, load = false;
  bool part = true;      ///< instances; else whole groups only
  bool drawn = true;     ///< `any` and shares
  std::string_view who;  ///< "kill"
};

std::optional<scenarios::target> read_target(context& c, slice s, const hosts& known, const target_wants& wants);

}  // namespace meshgauge::language
