#include "router/discovery/router_set.hpp"

#include <algorithm>

namespace meshgauge::discovery {

router_set::router_set(net::host& h, std::vector<net::endpoint> routers, std::size_t start, duration leave_alone)
    : host_(h), next_(start), leave_alone_(leave_alone) {
  MESHGAUGE_ASSERT(!routers.empty());
  for (std::size_t i = 0; i < routers.size(); ++i) {
    registry::instance r;
    r.id = "router/" + std::to_string(i);
    r.address = routers[i].address.to_string();
    r.port = routers[i].port;
    routers_.push_back({std::make_shared<member>(std::make_shared<const registry::instance>(std::move(r)))});
  }
}

picked router_set::pick(std::string_view, std::span<const std::string_view> tried) {
  picked p;
  const auto is_tried = [&](const entry& e) {
    return std::find(tried.begin(), tried.end(), e.what->what().id) != tried.end();
  };
  // Round the routers, first among those that are not left alone, then among all: somebody has to be asked.
  for (const bool any : {false, true}) {
    for (std::size_t i = 0; i < routers_.size(); ++i) {
      const std::size_t at = (next_ + i) % routers_.size();
      const entry& e = routers_[at];
      if (is_tried(e) || (!any && host_.now() < e.leave_alone_until)) continue;
      next_ = at + 1;
      p.to = ticket(e.what);
      return p;
    }
  }
  p.why = cause::no_instance;
  return p;
}

void router_set::unreachable(const member& router) {
  for (entry& e : routers_) {
    if (e.what.get() == &router) e.leave_alone_until = host_.now() + leave_alone_;
  }
}

}  // namespace meshgauge::discovery
