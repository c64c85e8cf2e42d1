#pragma once
/// A log-linear histogram of durations with integer counts.
///
/// 64 cells an octave of nanoseconds: a cell is at most 1/64 of its lower bound wide, so its middle is within 0.8 % of
/// every value in it; below 128 ns values are exact. Counts are integers and cells never move, so merging is exact,
/// the order of merging does not matter, and equal samples give equal bytes. Count, sum, smallest and largest are
/// exact.
///
/// `histogram` is small and sorted (what is kept), `dense_histogram` is flat (what is being written).

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "router/core/time.hpp"

namespace meshgauge::record {

inline constexpr unsigned histogram_sub_bits = 6;
inline constexpr std::size_t histogram_cells = (64 - histogram_sub_bits) << histogram_sub_bits;

/// The cell of a value; negative values count as zero.
constexpr std::uint16_t cell_of(duration value) {
  const auto v = static_cast<std::uint64_t>(std::max<duration::rep>(value.count(), 0));
  if (v < (1ULL << histogram_sub_bits)) return static_cast<std::uint16_t>(v);
  const unsigned shift = static_cast<unsigned>(std::bit_width(v)) - 1 - histogram_sub_bits;
  return static_cast<std::uint16_t>((static_cast<std::uint64_t>(shift) << histogram_sub_bits) + (v >> shift));
}

/// Smallest value of a cell.
constexpr duration lower_bound_of(std::uint16_t cell) {
  if (cell < (2U << histogram_sub_bits)) return duration(cell);
  const unsigned shift = (cell >> histogram_sub_bits) - 1U;
  const std::uint64_t mantissa = (cell & ((1U << histogram_sub_bits) - 1)) + (1ULL << histogram_sub_bits);
  return duration(static_cast<duration::rep>(mantissa << shift));
}

/// Value that stands for a cell.
constexpr duration middle_of(std::uint16_t cell) {
  if (cell < (2U << histogram_sub_bits)) return duration(cell);
  const unsigned shift = (cell >> histogram_sub_bits) - 1U;
  return lower_bound_of(cell) + duration((duration::rep{1} << shift) / 2);
}

struct histogram {
  struct cell {
    std::uint16_t at = 0;
    std::uint32_t count = 0;
    bool operator==(const cell&) const = default;
  };
  std::vector<cell> cells;  ///< sorted by `at`, no zero counts
  std::uint64_t count = 0;
  std::int64_t sum = 0;  ///< ns
  duration min{}, max{};

  void add(duration value);
  void merge(const histogram& other);
  bool empty() const { return count == 0; }
  /// The smallest value with at least p of the samples at or below it; p in (0, 1]. Zero when empty.
  duration quantile(double p) const;
  duration mean() const { return count == 0 ? duration{} : duration(sum / static_cast<std::int64_t>(count)); }
  bool operator==(const histogram&) const = default;
};

/// Flat accumulator; reused, so that writing allocates nothing.
class dense_histogram {
 public:
  void add(duration value) {
    const std::uint16_t at = cell_of(value);
    ++counts_[at];
    low_ = std::min(low_, at);
    high_ = std::max(high_, at);
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
    sum_ += value.count();
    ++count_;
  }
  /// Moves everything into `into` and is empty again.
  void drain_into(histogram& into);

 private:
  std::array<std::uint32_t, histogram_cells> counts_{};
  std::uint16_t low_ = 0xffff, high_ = 0;
  duration min_ = duration::max(), max_ = duration::min();
  std::int64_t sum_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace meshgauge::record
