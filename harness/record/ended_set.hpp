#pragma once
/// Which requests of a load have ended: the ledger behind "every due request ended exactly once".
///
/// Numbers come nearly in order, so the set is a number below which all have ended plus bits for those above. It also
/// remembers the due times of the latest ones, for attempts that are reported after their request gave up.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "router/core/time.hpp"

namespace meshgauge::record {

class ended_set {
 public:
  struct recent {
    std::uint64_t number = ~0ULL;
    instant due{};
    std::uint32_t tries = 0;     ///< of the caller or at instances, whichever was more
    std::uint32_t attempts = 0;  ///< at instances
  };
  static constexpr std::size_t recent_count = 4096;

  ended_set() : recent_(recent_count), bits_(16) {}

  /// \return false when it had ended before.
  bool insert(std::uint64_t number) {
    if (number < below_) return false;
    std::uint64_t word = number / 64 - below_ / 64;
    if (word >= bits_.size()) {
      compact();
      word = number / 64 - below_ / 64;
      // A hole that never closes (a request that never ended) must not make the set grow without bound unseen: a bit a
      // request is 1.25 MB for ten million.
      if (word >= bits_.size()) bits_.resize(std::max<std::size_t>(bits_.size() * 2, word + 1));
    }
    std::uint64_t& bits = bits_[word];
    const std::uint64_t bit = 1ULL << (number % 64);
    if ((bits & bit) != 0) return false;
    bits |= bit;
    ++count_;
    if (number >= above_) above_ = number + 1;
    return true;
  }
  bool contains(std::uint64_t number) const {
    if (number < below_) return true;
    const std::uint64_t word = number / 64 - below_ / 64;
    return word < bits_.size() && (bits_[word] >> (number % 64) & 1U) != 0;
  }

  /// Requests that ended.
  std::uint64_t count() const { return count_; }
  /// One more than the highest number that ended.
  std::uint64_t above() const { return above_; }

  recent& slot(std::uint64_t number) { return recent_[number % recent_count]; }

 private:
  /// Drops the leading words that are full.
  void compact() {
    std::size_t full = 0;
    while (full < bits_.size() && bits_[full] == ~0ULL) ++full;
    if (full == 0) return;
    std::move(bits_.begin() + static_cast<std::ptrdiff_t>(full), bits_.end(), bits_.begin());
    std::fill(bits_.end() - static_cast<std::ptrdiff_t>(full), bits_.end(), 0);
    below_ = (below_ / 64 + full) * 64;
  }

  std::vector<recent> recent_;
  std::vector<std::uint64_t> bits_;  ///< from below_ / 64 * 64 on
  std::uint64_t below_ = 0;          ///< multiple of 64
  std::uint64_t count_ = 0, above_ = 0;
};

}  // namespace meshgauge::record
