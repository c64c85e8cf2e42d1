#pragma once
/// Timers of a world: an indexed 4-ary heap of intrusive nodes, the same in both worlds.
///
/// Order is (time, actor, the actor's own counter): never a global sequence number, an address or a hash of one, so
/// that adding a host leaves the order among the others as it was.

#include <cstdint>
#include <vector>

#include "router/core/time.hpp"

namespace meshgauge::net {

/// The total order of events and timers.
struct event_key {
  instant at{};
  std::uint64_t actor = 0;
  std::uint32_t count = 0;
  friend bool operator<(const event_key& a, const event_key& b) {
    if (a.at != b.at) return a.at < b.at;
    if (a.actor != b.actor) return a.actor < b.actor;
    return a.count < b.count;
  }
};

class timer_heap;

/// One timer. Disarmed when destroyed. `fire` runs from the loop, with the node already disarmed.
class timer_node {
 public:
  using callback = void (*)(timer_node&);
  explicit timer_node(callback fire) : fire_(fire) {}
  timer_node(const timer_node&) = delete;
  timer_node& operator=(const timer_node&) = delete;
  inline ~timer_node();

  bool armed() const { return heap_ != nullptr; }
  instant due() const { return key_.at; }
  const event_key& key() const { return key_; }

 private:
  friend class timer_heap;
  callback fire_;
  timer_heap* heap_ = nullptr;
  std::size_t index_ = 0;
  event_key key_;
};

class timer_heap {
 public:
  timer_heap() = default;
  timer_heap(const timer_heap&) = delete;
  timer_heap& operator=(const timer_heap&) = delete;

  /// Arms, or moves, `node` to `key`.
  void arm(timer_node& node, const event_key& key);
  void disarm(timer_node& node);

  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  const event_key& top() const { return entries_.front().key; }
  /// Disarms the earliest node and runs it.
  void fire_top();

 private:
  struct entry {
    event_key key;
    timer_node* node;
  };
  void place(std::size_t index, const entry& e);
  void up(std::size_t index, const entry& e);
  void down(std::size_t index, const entry& e);
  void remove(std::size_t index);

  std::vector<entry> entries_;
};

inline timer_node::~timer_node() {
  if (heap_ != nullptr) heap_->disarm(*this);
}

}  // namespace meshgauge::net
