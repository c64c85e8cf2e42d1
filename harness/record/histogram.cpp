#include "harness/record/histogram.hpp"

#include <cmath>

namespace meshgauge::record {

void histogram::add(duration value) {
  const std::uint16_t at = cell_of(value);
  const auto it =
      std::lower_bound(cells.begin(), cells.end(), at, [](const cell& c, std::uint16_t v) { return c.at < v; });
  if (it != cells.end() && it->at == at) {
    ++it->count;
  } else {
    cells.insert(it, cell{at, 1});
  }
  min = count == 0 ? value : std::min(min, value);
  max = count == 0 ? value : std::max(max, value);
  sum += value.count();
  ++count;
}

void histogram::merge(const histogram& other) {
  if (other.count == 0) return;
  if (count == 0) {
    *this = other;
    return;
  }
  std::vector<cell> merged;
  merged.reserve(cells.size() + other.cells.size());
  auto a = cells.begin();
  auto b = other.cells.begin();
  while (a != cells.end() || b != other.cells.end()) {
    if (b == other.cells.end() || (a != cells.end() && a->at < b->at)) {
      merged.push_back(*a++);
    } else if (a == cells.end() || b->at < a->at) {
      merged.push_back(*b++);
    } else {
      merged.push_back({a->at, a->count + b->count});
      ++a;
      ++b;
    }
  }
  cells = std::move(merged);
  min = std::min(min, other.min);
  max = std::max(max, other.max);
  sum += other.sum;
  count += other.count;
}

duration histogram::quantile(double p) const {
  if (count == 0) return {};
  // A little less than p * n, so that 0.07 * 100 is the 7th and not, by a rounding error, the 8th.
  const double exact = p * static_cast<double>(count);
  const auto rank =
      static_cast<std::uint64_t>(std::clamp(std::ceil(exact - exact * 1e-12), 1.0, static_cast<double>(count)));
  if (rank == 1) return min;
  if (rank == count) return max;
  std::uint64_t below = 0;
  for (const cell& c : cells) {
    below += c.count;
    if (below >= rank) return std::clamp(middle_of(c.at), min, max);
  }
  return max;
}

void dense_histogram::drain_into(histogram& into) {
  if (count_ == 0) return;
  std::size_t used = 0;
  for (std::size_t i = low_; i <= high_; ++i) used += counts_[i] != 0;
  histogram mine;
  mine.cells.reserve(used);
  for (std::size_t i = low_; i <= high_; ++i) {
    if (counts_[i] == 0) continue;
    mine.cells.push_back({static_cast<std::uint16_t>(i), counts_[i]});
    counts_[i] = 0;
  }
  mine.count = count_;
  mine.sum = sum_;
  mine.min = min_;
  mine.max = max_;
  if (into.empty()) {
    into = std::move(mine);
  } else {
    into.merge(mine);
  }
  low_ = 0xffff;
  high_ = 0;
  min_ = duration::max();
  max_ = duration::min();
  sum_ = 0;
  count_ = 0;
}

}  // namespace meshgauge::record
