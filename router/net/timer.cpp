#include "router/net/timer.hpp"

namespace meshgauge::net {

void timer_heap::place(std::size_t index, const entry& e) {
  entries_[index] = e;
  e.node->index_ = index;
}

void timer_heap::up(std::size_t index, const entry& e) {
  while (index > 0) {
    const std::size_t parent = (index - 1) / 4;
    if (!(e.key < entries_[parent].key)) break;
    place(index, entries_[parent]);
    index = parent;
  }
  place(index, e);
}

void timer_heap::down(std::size_t index, const entry& e) {
  const std::size_t size = entries_.size();
  for (;;) {
    const std::size_t first = index * 4 + 1;
    if (first >= size) break;
    std::size_t least = first;
    for (std::size_t child = first + 1; child < first + 4 && child < size; ++child) {
      if (entries_[child].key < entries_[least].key) least = child;
    }
    if (!(entries_[least].key < e.key)) break;
    place(index, entries_[least]);
    index = least;
  }
  place(index, e);
}

void timer_heap::remove(std::size_t index) {
  const entry last = entries_.back();
  entries_.pop_back();
  if (index == entries_.size()) return;
  if (index > 0 && last.key < entries_[(index - 1) / 4].key) {
    up(index, last);
  } else {
    down(index, last);
  }
}

void timer_heap::arm(timer_node& node, const event_key& key) {
  if (node.heap_ != nullptr) {
    node.key_ = key;
    const std::size_t index = node.index_;
    const entry e{key, &node};
    if (key < entries_[index].key) {
      up(index, e);
    } else {
      down(index, e);
    }
    return;
  }
  node.heap_ = this;
  node.key_ = key;
  entries_.push_back({key, &node});
  up(entries_.size() - 1, {key, &node});
}

void timer_heap::disarm(timer_node& node) {
  if (node.heap_ == nullptr) return;
  node.heap_ = nullptr;
  remove(node.index_);
}

void timer_heap::fire_top() {
  timer_node& node = *entries_.front().node;
  node.heap_ = nullptr;
  remove(0);
  node.fire_(node);
}

}  // namespace meshgauge::net
