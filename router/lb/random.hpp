#pragma once
/// Uniform random choice: each pick is independent of all before it.
///
/// The null model of balancing: shares are multinomial, so with k requests to each of n instances the busiest has
/// about 1 + sqrt(2 ln n / k) times its share. Many independent round robins together look like this too.
/// Ties: none. Sampling: one draw a pick, also for a list of one, so that draws stay aligned between variants.

#include "router/lb/endpoint.hpp"

namespace meshgauge::lb {

struct random_choice {
  choice pick(endpoints list, rng& r, instant) const {
    if (list.empty()) return {};
    return static_cast<std::size_t>(r.below(list.size()));
  }
};

}  // namespace meshgauge::lb
