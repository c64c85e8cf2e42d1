#pragma once
/// Time in both worlds: integer nanoseconds since the world began.
///
/// `mesh_clock` has no now(): only a world knows the time (net/world.hpp), so nothing can read a clock behind its back.

#include <chrono>

namespace meshgauge {

using duration = std::chrono::nanoseconds;

struct mesh_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<mesh_clock, duration>;
  static constexpr bool is_steady = true;
};

/// A moment of a world; the world begins at instant{}.
using instant = mesh_clock::time_point;

inline constexpr instant never = instant::max();

/// `at + by` that stays at `never` instead of overflowing.
constexpr instant saturating_add(instant at, duration by) {
  return by > never - at ? never : at + by;
}

constexpr double to_seconds(duration d) {
  return std::chrono::duration<double>(d).count();
}

}  // namespace meshgauge
