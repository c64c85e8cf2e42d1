#include "router/net/conditions.hpp"

#include <algorithm>

namespace meshgauge::net {

bool host_set::contains(std::string_view host) const {
  host = host.substr(0, host.find('+'));  // who took over a number is meant as well
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return name == "*" || name == host || (name.ends_with('/') && host.starts_with(name));
  });
}

void conditions::changed() {
  ++version_;
  if (on_change) on_change();
}

void conditions::set_default(const link& everywhere) {
  default_ = everywhere;
  changed();
}

std::uint64_t conditions::add(link_rule rule) {
  const std::uint64_t id = version_;
  rules_.push_back({id, std::move(rule)});
  changed();
  return id;
}

void conditions::remove(std::uint64_t id) {
  std::erase_if(rules_, [&](const numbered& n) { return n.id == id; });
  changed();
}

link conditions::between(std::string_view from, std::string_view to) const {
  link l = default_;
  for (const auto& [id, r] : rules_) {
    if (!r.from.contains(from) || !r.to.contains(to)) continue;
    if (r.latency) l.latency = *r.latency;
    if (r.jitter) l.jitter = std::max(l.jitter, *r.jitter);
    if (r.bandwidth) l.bandwidth = *r.bandwidth;
    if (r.extra) l.extra = *r.extra;
    l.blocked = l.blocked || r.blocked;
  }
  return l;
}

}  // namespace meshgauge::net
