#include "router/registry/catalogue.hpp"

#include "router/core/assert.hpp"

namespace meshgauge::registry {

void catalogue::publish(list_ptr list) {
  MESHGAUGE_ASSERT(list != nullptr && list->revision > revision_);
  revision_ = list->revision;
  auto& mine = by_name_[list->service];
  if (mine != nullptr) {
    by_revision_.erase(mine->revision);
    tombstones_.erase(mine->revision);
  }
  mine = list;
  by_revision_.emplace(list->revision, list);
  if (!list->instances.empty()) return;
  tombstones_.emplace(list->revision, std::move(list));
  if (tombstones_.size() <= tombstones_max_) return;
  const auto oldest = tombstones_.begin();
  forgotten_ = oldest->first;
  by_revision_.erase(oldest->first);
  by_name_.erase(oldest->second->service);
  tombstones_.erase(oldest);
}

list_ptr catalogue::list(std::string_view service) const {
  const auto at = by_name_.find(service);
  if (at != by_name_.end()) return at->second;
  return std::make_shared<const service_list>(service_list{std::string(service), forgotten_, {}});
}

catalogue::changes catalogue::since(std::uint64_t revision) const {
  changes out{revision_, revision == 0 || revision > revision_ || revision < forgotten_, {}};
  if (out.full) {
    for (const auto& [name, list] : by_name_)
      if (!list->instances.empty()) out.lists.push_back(list);
  } else {
    for (auto at = by_revision_.upper_bound(revision); at != by_revision_.end(); ++at) out.lists.push_back(at->second);
  }
  return out;
}

}  // namespace meshgauge::registry
