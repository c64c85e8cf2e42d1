#include "router/discovery/endpoint_set.hpp"

#include <algorithm>

namespace meshgauge::discovery {

member::member(registry::instance_ptr what) : what_(std::move(what)) {
  boost::system::error_code ec;
  address_ = {boost::asio::ip::make_address(what_->address, ec), what_->port};
}

ticket::ticket(member_ptr of) : of_(std::move(of)) {
  if (of_ != nullptr) count(1);
}

ticket& ticket::operator=(ticket&& other) noexcept {
  if (this != &other) {
    release();
    of_ = std::move(other.of_);
  }
  return *this;
}

void ticket::release() {
  if (of_ == nullptr) return;
  count(-1);
  of_.reset();
}

void ticket::count(std::int32_t by) {
  of_->in_flight_ += static_cast<std::uint32_t>(by);
  if (of_->set_ != nullptr) of_->set_->endpoints_[of_->place_].in_flight = of_->in_flight_;
}

endpoint_set::~endpoint_set() {
  for (auto& m : members_) m->set_ = nullptr;
}

endpoint_set::change endpoint_set::update(const registry::service_list* list) {
  change out;
  std::vector<member_ptr> next;
  std::size_t old = 0;
  const auto leaves = [&](const member_ptr& m) {
    m->set_ = nullptr;
    m->pool_.retire();
    if (m->in_flight_ > 0) busy_leavers_.push_back(m);
    out.left.push_back(m);
  };
  const auto same_process = [](const member& m, const registry::instance& what) {
    return m.what_->id == what.id && m.what_->address == what.address && m.what_->port == what.port;
  };
  for (std::size_t i = 0; list != nullptr && i < list->instances.size(); ++i) {
    const auto& what = list->instances[i];
    if (what->status != registry::status::up) continue;
    while (old < members_.size() && members_[old]->what_->id < what->id) leaves(members_[old++]);
    if (old < members_.size() && members_[old]->what_->id == what->id) {
      if (same_process(*members_[old], *what)) {
        members_[old]->what_ = what;
        next.push_back(members_[old++]);
        continue;
      }
      leaves(members_[old++]);
    }
    // Back within its own requests' lifetime: the count goes on.
    member_ptr back;
    for (const auto& candidate : busy_leavers_)
      if (auto m = candidate.lock(); m != nullptr && m->set_ == nullptr && same_process(*m, *what)) back = std::move(m);
    if (back != nullptr)
      back->what_ = what;
    else
      back = std::make_shared<member>(what);
    out.joined.push_back(back);
    next.push_back(std::move(back));
  }
  while (old < members_.size()) leaves(members_[old++]);

  std::erase_if(busy_leavers_, [](const auto& m) {
    const auto alive = m.lock();
    return alive == nullptr || alive->in_flight_ == 0;
  });
  members_ = std::move(next);
  endpoints_.clear();
  for (std::size_t i = 0; i < members_.size(); ++i) {
    auto& m = *members_[i];
    m.set_ = this;
    m.pool_.revive();
    m.place_ = i;
    endpoints_.push_back({m.what_->id, m.in_flight_, m.what_->weight});
  }
  std::erase_if(busy_leavers_, [](const auto& m) { return m.lock()->set_ != nullptr; });
  return out;
}

ticket endpoint_set::pick(lb::balancer& with, std::span<const std::string_view> tried, rng& r, instant now) {
  const auto chosen = with.pick(endpoints_, tried, r, now);
  return chosen ? ticket(members_[*chosen]) : ticket();
}

}  // namespace meshgauge::discovery
