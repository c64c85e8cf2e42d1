#include "router/discovery/view.hpp"

#include <algorithm>
#include <span>

namespace meshgauge::discovery {

void view::answered(registry::list_ptr list, instant asked) {
  list_ = std::move(list);
  confirmed(asked);
}

void view::confirmed(instant asked) {
  as_of_ = std::max(as_of_, asked);
  outage_ = false;
}

void view::watch_ended(instant now) {
  if (watching_) as_of_ = std::max(as_of_, now);
  watching_ = false;
}

void view::failed(instant now) {
  watch_ended(now);
  outage_ = true;
}

duration view::age(instant now) const {
  return watching_ || now < as_of_ ? duration::zero() : now - as_of_;
}

instant view::expires() const {
  if (list_ == nullptr || rule_.what != on_outage::expire || watching_) return never;
  return saturating_add(as_of_, rule_.expire_after + duration(1));
}

view_state view::state(instant now) const {
  if (list_ == nullptr) return outage_ ? view_state::unavailable : view_state::loading;
  if (rule_.what == on_outage::fail && outage_) return view_state::unavailable;
  if (rule_.what == on_outage::expire && age(now) > rule_.expire_after) return view_state::unavailable;
  return view_state::ready;
}

difference diff(const registry::service_list* before, const registry::service_list* after) {
  using items = std::span<const registry::instance_ptr>;
  const items a = before == nullptr ? items() : items(before->instances);
  const items b = after == nullptr ? items() : items(after->instances);
  difference out;
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (j == b.size() || (i < a.size() && a[i]->id < b[j]->id)) {
      out.removed.push_back(a[i++]->id);
    } else if (i == a.size() || b[j]->id < a[i]->id) {
      out.added.push_back(b[j++]->id);
    } else {
      if (a[i] != b[j] && *a[i] != *b[j]) out.changed.push_back(b[j]->id);
      ++i, ++j;
    }
  }
  return out;
}

}  // namespace meshgauge::discovery
