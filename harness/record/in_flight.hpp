#pragma once
/// Attempts of requests that have not ended yet.
///
/// An attempt ends before its request does, and only the request knows when it was due, so attempts wait here. Open
/// addressing with linear probing and backward-shift deletion; attempts are nodes in one pool. Nothing is allocated
/// once the table has seen the largest number of requests in flight. Its order is never seen.

#include <cstdint>
#include <vector>

#include "harness/record/attempt.hpp"
#include "router/core/rng.hpp"

namespace meshgauge::record {

class in_flight {
 public:
  static constexpr std::uint32_t none = 0xffffffffU;

  in_flight() : slots_(256) {}

  void add(const attempt& a) {
    std::uint32_t at = free_;
    if (at != none) {
      free_ = pool_[at].next;
    } else {
      at = static_cast<std::uint32_t>(pool_.size());
      pool_.emplace_back();
    }
    pool_[at].what = a;
    pool_[at].next = none;
    if ((used_ + 1) * 2 > slots_.size()) grow();
    slot& s = find(key_of(a.load, a.request));
    if (s.first == none) {
      s.key = key_of(a.load, a.request);
      s.first = s.last = at;
      ++used_;
    } else {
      pool_[s.last].next = at;
      s.last = at;
    }
  }

  /// First attempt of the request, taken out of the table; `none` when there was none. The nodes stay readable until
  /// they are given back.
  std::uint32_t take(std::uint32_t load, std::uint64_t number) {
    slot& s = find(key_of(load, number));
    const std::uint32_t first = s.first;
    if (first != none) erase(static_cast<std::size_t>(&s - slots_.data()));
    return first;
  }
  const attempt& what(std::uint32_t at) const { return pool_[at].what; }
  std::uint32_t next(std::uint32_t at) const { return pool_[at].next; }
  void give_back(std::uint32_t at) {
    pool_[at].next = free_;
    free_ = at;
  }

  /// Requests with attempts that have not ended.
  std::size_t size() const { return used_; }
  template <class F>
  void for_each(F f) const {  // order undefined: callers sort
    for (const slot& s : slots_) {
      for (std::uint32_t n = s.first; n != none; n = pool_[n].next) f(pool_[n].what);
    }
  }

 private:
  struct slot {
    std::uint64_t key = 0;
    std::uint32_t first = none, last = none;  ///< first == none: empty
  };
  struct node {
    attempt what;
    std::uint32_t next = none;
  };

  static std::uint64_t key_of(std::uint32_t load, std::uint64_t number) { return (std::uint64_t{load} << 48) ^ number; }
  std::size_t home(std::uint64_t key) const { return mix64(key) & (slots_.size() - 1); }
  slot& find(std::uint64_t key) {
    std::size_t i = home(key);
    while (slots_[i].first != none && slots_[i].key != key) i = (i + 1) & (slots_.size() - 1);
    return slots_[i];
  }
  void erase(std::size_t i) {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t j = (i + 1) & mask; slots_[j].first != none; j = (j + 1) & mask) {
      const std::size_t h = home(slots_[j].key);
      // j may move into the hole at i unless its home lies cyclically in (i, j].
      if (((j - h) & mask) >= ((j - i) & mask)) {
        slots_[i] = slots_[j];
        i = j;
      }
    }
    slots_[i] = slot{};
    --used_;
  }
  void grow() {
    std::vector<slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const slot& s : old) {
      if (s.first != none) find(s.key) = s;
    }
  }

  std::vector<slot> slots_;
  std::vector<node> pool_;
  std::size_t used_ = 0;
  std::uint32_t free_ = none;
};

}  // namespace meshgauge::record
