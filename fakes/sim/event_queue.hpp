#pragma once
/// The pending deliveries of the simulated network: a calendar queue.
///
/// Near events wait unsorted in one of 4,096 buckets of 16 us; a bucket is sorted when its turn comes and is then a
/// plain array to walk through, so the events that come next are known and can be prefetched. Buckets are lists of
/// small chunks, given back and taken most recently used first: the queue works in as much memory as its events need,
/// not in a fresh place a bucket. Far events wait in a heap and move into the calendar when their time is near. Events
/// here are never cancelled (timers live in net::timer_heap): what they refer to is kept alive by a pin.

#include <array>
#include <cstdint>
#include <vector>

#include "router/net/timer.hpp"

namespace meshgauge::sim {

struct event {
  instant at{};
  std::uint64_t actor = 0;
  std::uint32_t count = 0;
  std::uint32_t argument = 0;
  std::uintptr_t target = 0;  ///< pointer with the kind in its lowest bits

  net::event_key key() const { return {at, actor, count}; }
};

class event_queue {
 public:
  event_queue();

  void push(const event& e);
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  /// The earliest event if it is not later than `until`; nullptr otherwise. Stays valid until the next call.
  const event* peek(instant until);
  void pop();
  /// The event `ahead` places behind the earliest, for prefetching only; nullptr when not known.
  const event* upcoming(std::size_t ahead) const {
    return position_ + ahead < current_.size() ? &current_[position_ + ahead] : nullptr;
  }

 private:
  static constexpr int width_bits = 14;         // 16.4 us
  static constexpr std::size_t buckets = 4096;  // 67 ms in all
  static std::int64_t slot_of(instant at) { return at.time_since_epoch().count() >> width_bits; }
  static constexpr std::uint32_t none = 0xffffffffU;
  struct chunk {
    std::uint32_t used = 0;
    std::uint32_t next = none;
    std::array<event, 6> events;
  };
  void put(const event& e);
  std::uint32_t take_chunk();
  /// Moves a bucket's events to current_.
  void collect(std::size_t bucket);
  /// Moves on to the next bucket that holds something, not beyond `last`.
  bool advance(std::int64_t last);

  std::vector<event> current_;  // the bucket whose turn it is, sorted
  std::size_t position_ = 0;
  std::int64_t slot_ = 0;                        // number of the current bucket since time began
  std::array<std::uint32_t, buckets> calendar_;  // each bucket's first chunk
  std::vector<chunk> chunks_;
  std::uint32_t free_ = none;
  std::array<std::uint64_t, buckets / 64> occupied_{};
  std::vector<event> far_;  // heap, earliest first
  std::size_t size_ = 0;
};

}  // namespace meshgauge::sim
