#include "router/registry/propagation.hpp"

#include <algorithm>

namespace meshgauge::registry {

void delay_line::push(const change& c) {
  auto draw = reader_.derive(c.list->revision);
  const auto delay = delay_.is_zero() ? duration::zero() : delay_.sample(draw);
  last_ = std::max(last_, saturating_add(c.at, delay));
  waiting_.push_back({last_, c.list});
}

std::optional<list_ptr> delay_line::pop(instant now) {
  if (waiting_.empty() || waiting_.front().at > now) return {};
  auto out = std::move(waiting_.front().list);
  waiting_.pop_front();
  return out;
}

}  // namespace meshgauge::registry
