#pragma once
/// An open load at a fixed rate over kept connections: what tools/bench measures latency with.
///
/// Request n is due at begin + n / rate, whatever became of those before it, and its latency counts from then: a router
/// that stalls cannot slow its load down and so hide the stall (wrk alone does that). Whichever connection is free
/// takes the next request; when all are busy, requests wait here, on the clock. The rest of the lateness is the
/// generator's own and is reported apart: it is the error of the measurement.

#include <cstdint>
#include <string>
#include <vector>

#include "router/net/host.hpp"

namespace meshgauge::pace {

struct plan {
  net::endpoint to;
  std::string target = "/";
  unsigned connections = 50;
  std::uint64_t rate = 1000;                  ///< requests a second, at least 1
  duration warm_up = duration::zero();        ///< load that is not measured, before
  duration length = std::chrono::seconds(1);  ///< that is
};

struct outcome {
  std::vector<duration> latencies;  ///< of requests answered with 200, from the instant they were due; unordered
  std::vector<duration> lateness;   ///< of those for which a connection waited: sent this long after they were due
  std::uint64_t failed = 0;         ///< no answer within 10 s, or another status
};

/// When request `n` is due after the begin of a load of `rate` a second.
duration due_after(std::uint64_t n, std::uint64_t rate);

/// Plays the plan on `h` to its end. \param out  may be read when the task has returned.
net::task<void> play(net::host& h, plan p, outcome& out);

/// The value that `per_thousand` thousandths of `values` do not exceed (nearest rank); zero when there is none.
duration quantile(std::vector<duration>& values, unsigned per_thousand);

}  // namespace meshgauge::pace
