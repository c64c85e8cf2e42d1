#include "router/lb/balancer.hpp"

#include <algorithm>
#include <array>

namespace meshgauge::lb {
namespace {
constexpr std::array<std::string_view, 5> names = {"round-robin", "random", "least-request", "p2c", "clock-modulo"};
}

std::string_view name_of(policy p) {
  return names[static_cast<std::size_t>(p)];
}

std::optional<policy> policy_named(std::string_view name) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return {};
  return static_cast<policy>(at - names.begin());
}

balancer::balancer(const balancer_options& options) : policy_(options.policy) {
  switch (options.policy) {
    case policy::round_robin:
      kind_ = round_robin(options.start);
      break;
    case policy::random:
      kind_ = random_choice();
      break;
    case policy::least_request:
      kind_ = least_request(options.ties);
      break;
    case policy::p2c:
      kind_ = p2c(options.sampling);
      break;
    case policy::clock_modulo:
      kind_ = clock_modulo(options.clock_unit, options.clock_tick);
      break;
  }
}

choice balancer::pick(endpoints list, rng& r, instant now) {
  return std::visit([&](auto& kind) { return kind.pick(list, r, now); }, kind_);
}

choice balancer::pick(endpoints list, std::span<const std::string_view> excluded, rng& r, instant now) {
  if (excluded.empty()) return pick(list, r, now);
  rest_.clear();
  place_.clear();
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (std::find(excluded.begin(), excluded.end(), list[i].id) != excluded.end()) continue;
    rest_.push_back(list[i]);
    place_.push_back(i);
  }
  const auto chosen = pick(endpoints(rest_), r, now);
  if (!chosen) return {};
  return place_[*chosen];
}

}  // namespace meshgauge::lb
