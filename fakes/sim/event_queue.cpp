#include "fakes/sim/event_queue.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace meshgauge::sim {
namespace {

bool earlier(const event& a, const event& b) {
  return a.key() < b.key();
}
bool later(const event& a, const event& b) {
  return b.key() < a.key();
}

}  // namespace

event_queue::event_queue() {
  current_.reserve(256);
  calendar_.fill(none);
}

std::uint32_t event_queue::take_chunk() {
  if (free_ == none) {
    chunks_.emplace_back();
    return static_cast<std::uint32_t>(chunks_.size() - 1);
  }
  return std::exchange(free_, chunks_[free_].next);
}

void event_queue::put(const event& e) {
  const std::int64_t slot = slot_of(e.at);
  const auto index = static_cast<std::size_t>(slot) % buckets;
  std::uint32_t& first = calendar_[index];
  if (first == none || chunks_[first].used == chunks_[first].events.size()) {
    const std::uint32_t fresh = take_chunk();
    chunks_[fresh].used = 0;
    chunks_[fresh].next = first;
    first = fresh;
  }
  chunk& c = chunks_[first];
  c.events[c.used++] = e;
  occupied_[index / 64] |= std::uint64_t{1} << (index % 64);
}

void event_queue::collect(std::size_t bucket) {
  for (std::uint32_t at = std::exchange(calendar_[bucket], none); at != none;) {
    chunk& c = chunks_[at];
    current_.insert(current_.end(), c.events.begin(), c.events.begin() + c.used);
    const std::uint32_t next = std::exchange(c.next, free_);
    free_ = std::exchange(at, next);
  }
}

void event_queue::push(const event& e) {
  ++size_;
  const std::int64_t slot = slot_of(e.at);
  if (slot <= slot_) {  // its bucket is being walked through: put it where it belongs
    if (position_ > 64 && position_ * 2 > current_.size()) {
      current_.erase(current_.begin(), current_.begin() + static_cast<std::ptrdiff_t>(position_));
      position_ = 0;
    }
    const auto from = current_.begin() + static_cast<std::ptrdiff_t>(position_);
    current_.insert(std::upper_bound(from, current_.end(), e, earlier), e);
    return;
  }
  if (slot - slot_ < static_cast<std::int64_t>(buckets)) {
    put(e);
    return;
  }
  far_.push_back(e);
  std::push_heap(far_.begin(), far_.end(), later);
}

bool event_queue::advance(std::int64_t last) {
  // The next occupied bucket, at most one turn of the calendar away.
  std::int64_t next = last + 1;
  const auto start = static_cast<std::size_t>(slot_ + 1) % buckets;
  for (std::size_t step = 0; step <= buckets / 64; ++step) {
    const std::size_t word = (start / 64 + step) % (buckets / 64);
    std::uint64_t bits = occupied_[word];
    if (step == 0) bits &= ~std::uint64_t{0} << (start % 64);
    if (step == buckets / 64) bits &= ~(~std::uint64_t{0} << (start % 64));
    if (bits == 0) continue;
    const std::size_t index = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
    const std::size_t distance = (index + buckets - start) % buckets;
    next = std::min(next, slot_ + 1 + static_cast<std::int64_t>(distance));
    break;
  }
  if (!far_.empty()) next = std::min(next, slot_of(far_.front().at));
  if (next > last) return false;
  slot_ = next;
  while (!far_.empty() && slot_of(far_.front().at) - slot_ < static_cast<std::int64_t>(buckets)) {
    std::pop_heap(far_.begin(), far_.end(), later);
    put(far_.back());
    far_.pop_back();
  }
  const auto index = static_cast<std::size_t>(slot_) % buckets;
  current_.clear();
  position_ = 0;
  collect(index);
  occupied_[index / 64] &= ~(std::uint64_t{1} << (index % 64));
  std::sort(current_.begin(), current_.end(), earlier);
  return true;
}

const event* event_queue::peek(instant until) {
  if (size_ == 0) return nullptr;
  while (position_ == current_.size()) {
    if (!advance(slot_of(until))) return nullptr;
  }
  const event& e = current_[position_];
  return e.at <= until ? &e : nullptr;
}

void event_queue::pop() {
  ++position_;
  --size_;
}

}  // namespace meshgauge::sim
