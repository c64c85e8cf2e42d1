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
    const instant done = std::max(free_at_.front(), now) + cost;
    // A heap, the earliest at the front: its place is taken by `done`, which sinks to where it belongs.
    std::size_t hole = 0;
    for (std::size_t child = 1; child < free_at_.size(); child = 2 * hole + 1) {
      if (child + 1 < free_at_.size() && free_at_[child + 1] < free_at_[child]) ++child;
      if (free_at_[child] >= done) break;
      free_at_[hole] = free_at_[child];
      hole = child;
    }
    free_at_[hole] = done;
    return done;
  }
  void reset() { std::fill(free_at_.begin(), free_at_.end(), instant{}); }

 private:
  std::vector<instant> free_at_;
};

}  // namespace meshgauge::net
