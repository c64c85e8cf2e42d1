#pragma once
/// The processors of a simulated host: work takes time, and waits for a free worker in order of arrival.
///
/// So a router can saturate in simulation as it does in life. In the live world nothing of this is used: there, work
/// takes its time by itself.

#include <algorithm>
#include <vector>

#include "router/core/time.hpp"

namespace meshgauge::net {

class cpu {
 public:
  explicit cpu(unsigned workers = 1) : free_at_(workers == 0 ? 1 : workers) {}

  /// Claims the worker that is free first for `cost`; \return when the work is done: sleep until then.
  instant work(instant now, duration cost) {
    auto first = std::min_element(free_at_.begin(), free_at_.end());
    *first = std::max(*first, now) + cost;
    return *first;
  }
  void reset() { std::fill(free_at_.begin(), free_at_.end(), instant{}); }

 private:
  std::vector<instant> free_at_;
};

}  // namespace meshgauge::net
