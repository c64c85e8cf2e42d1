#pragma once
/// Runs a live world until something holds that no event of that world announces, such as the end of a process.

#include "router/net/live/live_world.hpp"

namespace meshgauge::soak {

/// Looks every 2 ms; \return whether it held within `limit`.
template <class Predicate>
bool eventually(net::live::live_world& w, duration limit, Predicate holds) {
  for (const instant until = w.now() + limit; !holds();) {
    if (w.now() >= until) return false;
    w.run_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace meshgauge::soak
