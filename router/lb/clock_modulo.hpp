#pragma once
/// "The clock is random enough": index = time now, counted in `unit`, modulo n. Here so that its bias can be shown.
///
/// It is not a random number:
/// - requests of one instant (a burst, a fan-out, a retry) all take the same instance;
/// - traffic with a period visits a few residues only: one request a millisecond on a nanosecond count and n = 2, 4, 5,
///   8, 10 ... (any divisor of 10^6) is one instance, for ever;
/// - a clock that ticks coarser than `unit` does the same to any traffic: a count of nanoseconds that moves by whole
///   microseconds is divisible by 1000, so n = 10 picks the first instance always. `tick` imitates such a clock;
/// - a new n renames every residue.
/// Ties: none. Sampling: none, `rng` is not touched.

#include "router/lb/endpoint.hpp"

namespace meshgauge::lb {

class clock_modulo {
 public:
  /// Both at least 1 ns.
  explicit clock_modulo(duration unit = duration(1), duration tick = duration(1));

  choice pick(endpoints list, rng&, instant now) const;

 private:
  duration unit_;
  duration tick_;
};

}  // namespace meshgauge::lb
