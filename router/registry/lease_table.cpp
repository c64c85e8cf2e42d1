#include "router/registry/lease_table.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "router/core/assert.hpp"

namespace meshgauge::registry {

bool lease_table::ends_first::operator()(const entry* a, const entry* b) const {
  return std::tie(a->ends, a->what->service, a->what->id) < std::tie(b->ends, b->what->service, b->what->id);
}

lease_table::lease_table(duration default_ttl) : default_ttl_(default_ttl) {
  MESHGAUGE_ASSERT(default_ttl > duration::zero());
}
lease_table::~lease_table() = default;
lease_table::lease_table(lease_table&&) noexcept = default;
lease_table& lease_table::operator=(lease_table&&) noexcept = default;

instant lease_table::end_of(const instance& what, instant now) const {
  return saturating_add(now, what.ttl > duration::zero() ? what.ttl : default_ttl_);
}

void lease_table::changed(service_map::iterator service) {
  service->second.revision = ++revision_;
  service->second.list.reset();
  changed_.insert(service->first);
}

void lease_table::move_end(entry& l, instant to) {
  auto node = leases_.extract(&l);
  l.ends = to;
  leases_.insert(std::move(node));
}

lease_table::put_result lease_table::put(instance what, instant now) {
  const auto ends = end_of(what, now);
  const auto service = services_.try_emplace(what.service).first;
  const auto [at, created] = service->second.leases.try_emplace(what.id);
  auto& lease = at->second;
  if (created) {
    lease = {std::make_shared<const instance>(std::move(what)), ends};
    leases_.insert(&lease);
    changed(service);
    return put_result::created;
  }
  move_end(lease, ends);
  if (*lease.what == what) return put_result::renewed;
  lease.what = std::make_shared<const instance>(std::move(what));  // same service and id: its place stays
  changed(service);
  return put_result::replaced;
}

lease_table::entry* lease_table::find(std::string_view service, std::string_view id) {
  return const_cast<entry*>(std::as_const(*this).find(service, id));
}

const lease_table::entry* lease_table::find(std::string_view service, std::string_view id) const {
  const auto s = services_.find(service);
  if (s == services_.end()) return nullptr;
  const auto at = s->second.leases.find(id);
  return at == s->second.leases.end() ? nullptr : &at->second;
}

bool lease_table::heartbeat(std::string_view service, std::string_view id, instant now) {
  auto* lease = find(service, id);
  if (lease == nullptr) return false;
  move_end(*lease, end_of(*lease->what, now));
  return true;
}

void lease_table::erase(service_map::iterator service, std::map<std::string, entry, std::less<>>::iterator at) {
  leases_.erase(&at->second);
  service->second.leases.erase(at);
  changed(service);
}

bool lease_table::remove(std::string_view service, std::string_view id) {
  const auto s = services_.find(service);
  if (s == services_.end()) return false;
  const auto at = s->second.leases.find(id);
  if (at == s->second.leases.end()) return false;
  erase(s, at);
  return true;
}

bool lease_table::set_status(std::string_view service, std::string_view id, status to) {
  auto* lease = find(service, id);
  if (lease == nullptr) return false;
  if (lease->what->status == to) return true;
  auto what = std::make_shared<instance>(*lease->what);
  what->status = to;
  lease->what = std::move(what);
  changed(services_.find(service));
  return true;
}

std::vector<instance_ptr> lease_table::expire(instant now) {
  std::vector<instance_ptr> out;
  while (!leases_.empty() && (*leases_.begin())->ends <= now) {
    auto what = (*leases_.begin())->what;
    const auto service = services_.find(what->service);
    erase(service, service->second.leases.find(what->id));
    out.push_back(std::move(what));
  }
  return out;
}

instance_ptr lease_table::get(std::string_view service, std::string_view id) const {
  const auto* lease = find(service, id);
  return lease == nullptr ? nullptr : lease->what;
}

list_ptr lease_table::list(std::string_view service) {
  const auto s = services_.find(service);
  if (s == services_.end()) return std::make_shared<const service_list>(service_list{std::string(service), 0, {}});
  auto& state = s->second;
  if (state.list == nullptr) {
    auto fresh = std::make_shared<service_list>();
    fresh->service = s->first;
    fresh->revision = state.revision;
    fresh->instances.reserve(state.leases.size());
    for (const auto& [id, lease] : state.leases) fresh->instances.push_back(lease.what);
    state.list = std::move(fresh);
  }
  return state.list;
}

instant lease_table::next_expiry() const {
  return leases_.empty() ? never : (*leases_.begin())->ends;
}

instant lease_table::expiry_of(std::string_view service, std::string_view id) const {
  const auto* lease = find(service, id);
  return lease == nullptr ? never : lease->ends;
}

std::vector<std::pair<std::string, std::size_t>> lease_table::services() const {
  std::vector<std::pair<std::string, std::size_t>> out;
  for (const auto& [name, state] : services_)
    if (!state.leases.empty()) out.emplace_back(name, state.leases.size());
  return out;
}

std::vector<list_ptr> lease_table::take_changes() {
  std::vector<list_ptr> out;
  out.reserve(changed_.size());
  for (const auto& name : changed_) {
    out.push_back(list(name));
    if (out.back()->instances.empty()) services_.erase(services_.find(name));
  }
  changed_.clear();
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a->revision < b->revision; });
  return out;
}

lease_table::saved lease_table::save() const {
  saved out{revision_, {}};
  out.instances.reserve(size());
  for (const auto& [name, state] : services_)
    for (const auto& [id, lease] : state.leases) out.instances.push_back(*lease.what);
  return out;
}

void lease_table::restore(const saved& from, instant now) {
  MESHGAUGE_ASSERT(size() == 0);
  revision_ = from.revision;
  for (const auto& what : from.instances) put(what, now);
}

}  // namespace meshgauge::registry
