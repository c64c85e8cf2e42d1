#pragma once
/// Power of two choices: draw two instances, take the one with fewer requests in flight.
///
/// Nearly as even as a full scan at the cost of two looks, and it does not herd when many balancers act on the same
/// stale picture: two random candidates differ between them. Whether the two may be the same one matters for small
/// lists: with replacement a pick among n is blind with probability 1/n, one in ten for ten instances.
/// Ties: the first draw, so that a seed replays.
/// Sampling: two distinct ones (Mitzenmacher's simulation, Finagle, nginx `random two`) by default; `same_twice` draws
/// with replacement (Envoy, gRPC, HAProxy). Two draws a pick, also for a list of one.
/// Source: M. Mitzenmacher, "The power of two choices in randomized load balancing", IEEE TPDS 12(10), 2001.

#include "router/lb/endpoint.hpp"

namespace meshgauge::lb {

enum class draws { distinct, same_twice };

class p2c {
 public:
  explicit p2c(draws how = draws::distinct) : how_(how) {}

  choice pick(endpoints list, rng& r, instant) const;

 private:
  draws how_;
};

}  // namespace meshgauge::lb
