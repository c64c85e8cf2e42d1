#pragma once
/// Least request: full scan for the smallest number of requests in flight from this balancer.
///
/// The best choice for a single balancer that sees all load. With many balancers each sees its own few requests, most
/// counts are 0, and what decides is the tie rule: `first` then sends nearly everything to the first instance (a
/// classic mistake, kept so that it can be shown), `random` degrades to random choice. A failing instance that answers
/// fast looks idle and draws traffic.
/// Ties: uniform among the smallest (default) or the first of the list.
/// Sampling: none for `first`; one draw a pick for `random`, whether or not there is a tie.
/// Source: nginx least_conn and HAProxy leastconn without weights, which rotate within a tie.

#include "router/lb/endpoint.hpp"

namespace meshgauge::lb {

enum class tie { random, first };

class least_request {
 public:
  explicit least_request(tie ties = tie::random) : ties_(ties) {}

  choice pick(endpoints list, rng& r, instant) const;

 private:
  tie ties_;
};

}  // namespace meshgauge::lb
