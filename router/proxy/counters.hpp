#pragma once
/// What a router counts, for its operators. One thread writes (the router's own), any may read.

#include <array>
#include <atomic>
#include <cstdint>

#include "router/core/cause.hpp"
#include "router/core/time.hpp"

namespace meshgauge::proxy {

/// A number with one writer: no locked instruction, no torn read.
class counter {
 public:
  void add(std::uint64_t n = 1) { value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
  void operator++() { add(); }
  void operator--() { value_.store(value_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct counters {
  /// Upper bounds of the duration buckets, in microseconds; one more bucket holds the rest.
  static constexpr std::array<std::uint32_t, 15> bounds_us{
      100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000, 2500000, 10000000, 30000000};

  counter connections;                                  ///< of clients, accepted
  counter connections_open;                             ///< now
  counter connections_shed;                             ///< closed at once, the limit was reached
  counter requests;                                     ///< begun
  counter in_flight;                                    ///< now
  counter attempts;                                     ///< requests sent to instances, retries included
  counter retries;                                      ///< tries beyond a request's first
  counter tunnels;                                      ///< opened
  counter tunnels_open;                                 ///< now
  std::array<counter, 600> statuses;                    ///< of answers to clients, 499 for clients that went away
  std::array<counter, cause_count> causes;              ///< of requests; `none` counts those that an instance answered
  std::array<counter, bounds_us.size() + 1> durations;  ///< whole head to the end of the answer
  counter duration_sum_us;

  void finished(unsigned status, cause why, duration took) {
    if (status < statuses.size()) statuses[status].add();
    causes[static_cast<std::size_t>(why)].add();
    const auto us = static_cast<std::uint64_t>(took.count() > 0 ? took.count() / 1000 : 0);
    std::size_t i = 0;
    while (i < bounds_us.size() && us > bounds_us[i]) ++i;
    durations[i].add();
    duration_sum_us.add(us);
  }
};

}  // namespace meshgauge::proxy
