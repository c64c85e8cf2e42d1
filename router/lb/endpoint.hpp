#pragma once
/// What a balancing policy sees of an instance, and the form every policy has.
///
/// A policy is a value with `pick(endpoints, rng&, now)`: no timer, no socket, no lock, so a router and a discovery
/// client share it and a test is a table of calls. `endpoints` holds the candidates only (usable, not excluded), sorted
/// by id and without doubles; whoever calls owns the list and counts `in_flight`.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "router/core/rng.hpp"
#include "router/core/time.hpp"

namespace meshgauge::lb {

struct endpoint {
  std::string_view id;          ///< stable while the instance is known; owned by the caller
  std::uint32_t in_flight = 0;  ///< requests of this balancer outstanding there
  double weight = 1;            ///< recorded; the policies of this folder do not use it yet
};

/// Index into the list that was given; nothing when the list is empty (the caller answers 503).
using choice = std::optional<std::size_t>;
using endpoints = std::span<const endpoint>;

}  // namespace meshgauge::lb
