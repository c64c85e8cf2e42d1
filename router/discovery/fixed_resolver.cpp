#include "router/discovery/fixed_resolver.hpp"

namespace meshgauge::discovery {

void fixed_resolver::set(registry::service_list list) {
  auto& s = services_[list.service];
  if (s == nullptr) {
    s = std::make_unique<service>();
    s->balancer = lb::balancer(balance_);
  }
  s->members.update(&list);
  s->since = host_.now();
}

const endpoint_set* fixed_resolver::members(std::string_view name) const {
  const auto found = services_.find(name);
  return found == services_.end() ? nullptr : &found->second->members;
}

picked fixed_resolver::pick(std::string_view name, std::span<const std::string_view> tried) {
  picked p;
  const auto found = services_.find(name);
  if (found == services_.end()) {
    p.why = cause::no_route;
    return p;
  }
  p.view_age = host_.now() - found->second->since;
  p.to = found->second->members.pick(found->second->balancer, tried, draws_, host_.now());
  if (!p.to) p.why = cause::no_instance;
  return p;
}

}  // namespace meshgauge::discovery
