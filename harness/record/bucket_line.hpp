#pragma once
/// The buckets of a run: a partition of its time, made as time goes on.
///
/// Boundaries are a grid from zero, planned cuts, and cuts at the moment something happens. The newest buckets are
/// `open`: written through flat counters. Older ones are folded into their sparse form, and a straggler (a request that
/// ends more than `open_count` buckets after it was due) is added to that directly.

#include <memory>
#include <queue>
#include <vector>

#include "harness/record/result.hpp"

namespace meshgauge::record {

/// Flat counters of one open bucket.
struct open_bucket {
  dense_histogram latency, response;
  std::vector<std::uint32_t> instances;  ///< attempts by incarnation
};

class bucket_line {
 public:
  static constexpr std::size_t open_count = 64;

  /// \param count_max  boundaries beyond the grid are refused (and counted) once there are that many buckets.
  bucket_line(duration width, std::size_t count_max);

  /// A boundary at `at`, and every `step` from there on when step > 0. In the past: nothing happens.
  void plan(instant at, duration step);
  /// Time has come to `now`: buckets exist up to the one that holds it.
  void advance(instant now);
  /// advance, and the last bucket begins at `now`.
  void cut(instant now);

  /// Bucket of a due time; advances when it lies ahead. Before zero: the first.
  std::size_t find(instant due);
  bucket& at(std::size_t i) { return buckets_[i]; }
  std::size_t size() const { return buckets_.size(); }
  std::uint64_t cuts_dropped() const { return cuts_dropped_; }

  void add_latency(std::size_t i, duration d);
  void add_response(std::size_t i, duration d);
  void add_attempt(std::size_t i, std::uint32_t instance);

  /// Folds everything; the last bucket ends at `end` when that lies inside it. Buckets are moved out.
  std::vector<bucket> finish(instant end);

  /// The width for a run of `length`: 100 ms, or the smallest of 200 ms, 500 ms, 1 s, 2 s, ... that needs at most
  /// `grid_max` buckets.
  static duration width_for(duration length, std::size_t grid_max);

 private:
  struct planned {
    instant at{};
    duration step{};
    bool operator>(const planned& o) const { return at != o.at ? at > o.at : step > o.step; }
  };
  open_bucket* open(std::size_t i) { return i + open_count >= buckets_.size() ? open_[i % open_count].get() : nullptr; }
  void append(instant start);
  void fold(std::size_t i);

  duration width_;
  std::size_t count_max_;
  std::uint64_t cuts_dropped_ = 0;
  std::vector<bucket> buckets_;
  std::vector<instant> starts_;                     ///< of buckets_, dense for searching
  std::vector<std::uint32_t> first_in_;             ///< grid cell -> bucket that begins where the cell does
  std::vector<std::unique_ptr<open_bucket>> open_;  ///< bucket i lives in open_[i % open_count]
  std::priority_queue<planned, std::vector<planned>, std::greater<>> planned_;
};

}  // namespace meshgauge::record
