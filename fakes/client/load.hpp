#pragma once
/// Arrivals: when a request is due and which client makes it.
///
/// Everything is drawn by the load's name and the request's number, never by what happened: two variants of a scenario
/// see the same requests at the same instants from the same clients.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "router/core/distribution.hpp"

namespace meshgauge::client {

enum class arrival_model { poisson, constant };

/// A stretch of time with one arrival rule.
struct stretch {
  instant start{}, end{};
  arrival_model model = arrival_model::constant;
  double rate = 0;  ///< per second; 0: nothing arrives
};

/// The due times of an open load, one after the other.
class arrivals {
 public:
  /// \param stretches  in order of time, not overlapping.
  arrivals(const rng& load, std::vector<stretch> stretches);

  /// When the next request is due; `never` after the last.
  instant next() const { return next_; }
  std::uint64_t number() const { return number_; }
  /// Who makes it, in [0, clients).
  std::uint32_t client(std::uint32_t clients) const;
  void advance();

 private:
  void find_from(instant at);
  /// The gap to the next arrival, in units of the mean gap.
  double gap();

  rng load_;
  std::vector<stretch> stretches_;
  std::size_t current_ = 0;
  std::uint64_t number_ = 0;
  double left_ = 0;  ///< of the gap, in units of the mean gap of its stretch
  instant next_ = never;
};

}  // namespace meshgauge::client
