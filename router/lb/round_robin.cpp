#include "router/lb/round_robin.hpp"

#include <algorithm>

namespace meshgauge::lb {

choice round_robin::pick(endpoints list, rng&, instant) {
  if (list.empty()) return {};
  std::size_t next = 0;
  if (!started_) {
    started_ = true;
    next = static_cast<std::size_t>(start_ % list.size());
  } else if (hint_ < list.size() && list[hint_].id == last_) {
    next = hint_ + 1;
  } else {
    const auto after = std::upper_bound(list.begin(), list.end(), std::string_view(last_),
                                        [](std::string_view id, const endpoint& e) { return id < e.id; });
    next = static_cast<std::size_t>(after - list.begin());
  }
  if (next == list.size()) next = 0;
  hint_ = next;
  last_ = list[next].id;
  return next;
}

}  // namespace meshgauge::lb
