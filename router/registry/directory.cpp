#include "router/registry/directory.hpp"

#include <algorithm>

#include "router/core/assert.hpp"

namespace meshgauge::registry {

watcher::~watcher() {
  detach();
}

void watcher::detach() {
  if (home_ == nullptr) return;
  const auto at = home_->watchers_.find(service_);
  at->second.erase(number_);
  if (at->second.empty()) home_->watchers_.erase(at);
  --home_->all_watchers_;
  home_ = nullptr;
}

answer watcher::take(instant now) {
  MESHGAUGE_ASSERT(attached());
  auto& home = *home_;
  catalogue::changes changes{index_, false, {}};
  while (auto list = line_->pop(now)) {
    changes.revision = (*list)->revision;
    std::erase_if(changes.lists, [&](const auto& earlier) { return earlier->service == (*list)->service; });
    changes.lists.push_back(std::move(*list));
  }
  detach();
  if (changes.lists.empty()) return {index_, nullptr};
  return service_.empty() ? home.encoded_changes(std::move(changes)) : home.encoded(changes.lists.back());
}

answer watcher::give_up() {
  MESHGAUGE_ASSERT(attached());
  auto& home = *home_;
  detach();
  if (service_.empty()) return home.encoded_changes({index_, false, {}});
  // Not the list with a smaller revision than the reader has: its own draws may have run ahead of what is visible.
  auto list = home.visible_.list(service_);
  if (list->revision < index_)
    for (const auto& c : home.under_way_)
      if (c.list->service == service_ && c.list->revision <= index_) list = c.list;
  return home.encoded(list);
}

directory::directory(directory_options options, const rng& random)
    : options_(std::move(options)),
      random_(random),
      table_(options_.default_ttl),
      visible_(options_.tombstones_max),
      line_(options_.propagation, random.derive("reads")) {}

directory::~directory() {
  for (auto& [service, some] : watchers_)
    for (auto& [number, w] : some) w->home_ = nullptr;
}

lease_table::put_result directory::put(instance what, instant now) {
  const auto out = table_.put(std::move(what), now);
  publish(now);
  return out;
}

bool directory::heartbeat(std::string_view service, std::string_view id, instant now) {
  return table_.heartbeat(service, id, now);
}

bool directory::remove(std::string_view service, std::string_view id, instant now) {
  const bool out = table_.remove(service, id);
  publish(now);
  return out;
}

bool directory::set_status(std::string_view service, std::string_view id, status to, instant now) {
  const bool out = table_.set_status(service, id, to);
  publish(now);
  return out;
}

std::vector<instance_ptr> directory::sweep(instant now) {
  auto out = table_.expire(now);
  publish(now);
  return out;
}

void directory::restore(const lease_table::saved& from, instant now) {
  table_.restore(from, now);
  for (const auto& list : table_.take_changes()) visible_.publish(list);
}

void directory::publish(instant now) {
  settle(now);
  for (const auto& list : table_.take_changes()) {
    const change c{now, list};
    if (on_change) on_change(now, list);
    line_.push(c);
    under_way_.push_back(c);
    for (const auto& name : {list->service, std::string()}) {
      const auto at = watchers_.find(name);
      if (at == watchers_.end()) continue;
      for (auto& [number, w] : at->second) {
        const bool first = w->line_->empty();
        w->line_->push(c);
        if (first && w->wake_) w->wake_();
      }
    }
  }
  settle(now);
}

void directory::settle(instant now) {
  while (auto list = line_.pop(now)) {
    visible_.publish(std::move(*list));
    under_way_.pop_front();
  }
}

answer directory::encoded(const list_ptr& list) {
  if (texts_.size() > 2 * visible_.size() + 64) texts_.clear();  // names asked for that do not exist
  auto& [of, text] = texts_[list->service];
  const bool same =
      of != nullptr &&
      (of == list || (of->revision == list->revision && of->instances.empty() && list->instances.empty()));
  if (!same) {
    of = list;
    text = std::make_shared<const std::string>(encode(*list, options_.epoch));
  }
  return {list->revision, text};
}

answer directory::encoded_changes(catalogue::changes changes) {
  if (last_changes_text_ == nullptr || last_changes_.revision != changes.revision ||
      last_changes_.full != changes.full || last_changes_.lists != changes.lists) {
    last_changes_text_ = std::make_shared<const std::string>(encode(changes, options_.epoch));
    last_changes_ = std::move(changes);
  }
  return {last_changes_.revision, last_changes_text_};
}

answer directory::read(const std::string& service, const position& from, instant now) {
  settle(now);
  if (!service.empty()) return encoded(visible_.list(service));
  const bool same_life = from.epoch.empty() || from.epoch == options_.epoch;
  return encoded_changes(visible_.since(same_life ? from.index.value_or(0) : 0));
}

std::vector<std::pair<std::string, std::size_t>> directory::services(instant now) {
  settle(now);
  std::vector<std::pair<std::string, std::size_t>> out;
  for (const auto& list : visible_.since(0).lists) out.emplace_back(list->service, list->instances.size());
  return out;
}

bool directory::knows_all(const std::string& service, const position& from, instant now) {
  settle(now);
  if (!from.index) return false;
  if (!from.epoch.empty() && from.epoch != options_.epoch) return false;
  if (*from.index > table_.revision()) return false;  // from another life
  return (service.empty() ? visible_.revision() : visible_.list(service)->revision) <= *from.index;
}

bool directory::wait(watcher& w, const std::string& service, std::uint64_t index, std::string_view client,
                     instant now) {
  MESHGAUGE_ASSERT(!w.attached());
  settle(now);
  if (all_watchers_ >= options_.watchers_max) return false;
  w.home_ = this;
  w.service_ = service;
  w.index_ = index;
  w.number_ = watcher_count_++;
  const auto reader = client.empty() ? random_.derive("watcher").derive(w.number_) : random_.derive(client);
  w.line_.emplace(options_.propagation, reader);
  watchers_[service].emplace(w.number_, &w);
  ++all_watchers_;
  for (const auto& c : under_way_)
    if (c.list->revision > index && (service.empty() || c.list->service == service)) w.line_->push(c);
  return true;
}

}  // namespace meshgauge::registry
