#pragma once
/// Round robin: each pick takes the instance that follows the last one picked, by id, and wraps.
///
/// The usual `counter++ % n` is exact only while the list stands still: when an instance leaves or joins, the position
/// jumps, and instances behind the jump are skipped or served twice. Here the position *is* the id picked last, so over
/// a stable list it is the plain counter (shares differ by at most one), and after a change it goes on with the next id
/// that is there, be it new or old. That also makes a retry's shortened list ("not the one tried before") harmless.
///
/// Start: the first of the list, or `start` places behind it. Clients that all start at zero and send little hit the
/// first instances together; give each its own start to avoid that (gRPC and Spring draw one).
/// Ties: none. Sampling: none, `rng` is not touched.

#include <string>

#include "router/lb/endpoint.hpp"

namespace meshgauge::lb {

class round_robin {
 public:
  explicit round_robin(std::uint64_t start = 0) : start_(start) {}

  choice pick(endpoints list, rng&, instant);

 private:
  std::uint64_t start_;
  bool started_ = false;
  std::string last_;      ///< id picked last
  std::size_t hint_ = 0;  ///< where it stood, which is where it stands unless the list changed
};

}  // namespace meshgauge::lb
