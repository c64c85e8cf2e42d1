#pragma once
/// Which instants of a run must be bucket boundaries, so that every scope that the expectations name is a whole number
/// of buckets.
///
/// Windows that the file alone decides (phases, events at fixed times) are known before the run; the others when their
/// event fires. A scope may also lie at an offset from such an edge (`from outage + 5s`) or go on in equal steps
/// (`in every 500ms of dark`, the 1 s slices of `within 5s after rollout.end`): then the steps are cut, and only they.

#include <optional>
#include <string>
#include <vector>

#include "scenarios/model/scenario.hpp"

namespace meshgauge::record {

/// Cut at `offset` after the edge of a window and, when `step` is not zero, every `step` from there on.
struct cut_rule {
  std::string window;  ///< empty: the run
  scenarios::edge at = scenarios::edge::start;
  duration offset{};
  duration step{};
  bool operator==(const cut_rule&) const = default;
};

struct static_window {
  std::string name;
  std::optional<instant> start, end;
};

/// Slices of `within T after X`.
inline constexpr duration within_slice = std::chrono::seconds(1);

/// What the expectations of `s` need, each rule once.
std::vector<cut_rule> cut_rules(const scenarios::scenario& s);

/// The edges that the scenario alone decides: "run", "measured", phases, and events at constant times.
std::vector<static_window> static_windows(const scenarios::scenario& s);

/// The instant `m` means, if `edges` know it and its offset is constant.
std::optional<instant> resolve(const scenarios::moment& m, const std::vector<static_window>& edges);

/// Signed offset of a moment.
inline duration offset_of(const scenarios::moment& m) {
  return m.negative ? -m.offset.mean() : m.offset.mean();
}

}  // namespace meshgauge::record
