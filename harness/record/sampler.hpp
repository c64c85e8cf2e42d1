#pragma once
/// Keeps some failed requests of each cause in full: those with the lowest hash of (load, number).
///
/// Stratified, because the first hundreds of one cause would crowd out every other; by hash, because "the first of each
/// cause" would all come from the beginning of the first fault. The choice depends on nothing but the set of failures.

#include <array>
#include <vector>

#include "harness/record/result.hpp"
#include "router/core/rng.hpp"

namespace meshgauge::record {

class sampler {
 public:
  explicit sampler(std::size_t per_cause) : per_cause_(per_cause) {}

  /// Whether `r` belongs to the sample as known so far; if so, the place for its attempts.
  sample* offer(const request& r) {
    if (per_cause_ == 0) return nullptr;
    std::vector<kept>& of = by_cause_[static_cast<std::size_t>(r.why)];
    const std::uint64_t rank = mix64(mix64(r.load + 1) ^ r.number);
    if (of.size() == per_cause_) {
      if (rank >= of.back().rank) return nullptr;
      of.pop_back();
    }
    const auto at =
        std::upper_bound(of.begin(), of.end(), rank, [](std::uint64_t v, const kept& k) { return v < k.rank; });
    sample& s = of.insert(at, kept{rank, {r, {}}})->what;
    return &s;
  }

  /// All of them, by cause, then due time, load and number.
  std::vector<sample> finish() {
    std::vector<sample> all;
    for (std::vector<kept>& of : by_cause_) {
      std::sort(of.begin(), of.end(), [](const kept& a, const kept& b) {
        const request &x = a.what.what, &y = b.what.what;
        if (x.due != y.due) return x.due < y.due;
        return x.load != y.load ? x.load < y.load : x.number < y.number;
      });
      for (kept& k : of) all.push_back(std::move(k.what));
    }
    return all;
  }

 private:
  struct kept {
    std::uint64_t rank;
    sample what;
  };
  std::size_t per_cause_;
  std::array<std::vector<kept>, cause_count> by_cause_;
};

}  // namespace meshgauge::record
