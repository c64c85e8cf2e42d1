#pragma once
/// The instances of one service that a balancer may pick from, with the requests in flight at each.
///
/// Fed with lists, it keeps the usable ones (UP) sorted by id, as `lb` wants them, tells what joined and left, and
/// purges the connections of who left. A request holds a *ticket* from the pick to its end; an instance that
/// leaves the list meanwhile stays alive for its tickets, and one that comes back under the same id and address finds
/// its old count.
///
/// An instance that changes its address is another process: it leaves and joins. One that merely stops being UP (it
/// drains) leaves the set: no new requests, those in flight go on.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "router/http/upstream.hpp"
#include "router/lb/balancer.hpp"
#include "router/net/endpoint.hpp"
#include "router/registry/instance.hpp"

namespace meshgauge::discovery {

class endpoint_set;

/// One usable instance. Shared by the set and by the requests under way to it.
class member {
 public:
  explicit member(registry::instance_ptr what);

  const registry::instance& what() const { return *what_; }
  const net::endpoint& address() const { return address_; }
  std::uint32_t in_flight() const { return in_flight_; }
  /// The connections to it; retired while it is not listed.
  http::upstream_pool& pool() const { return pool_; }
  /// A note that an observer may keep here; 0 = none.
  std::uint64_t note() const { return note_; }
  void set_note(std::uint64_t note) const { note_ = note; }
  /// False once the instance has left the set.
  bool listed() const { return set_ != nullptr; }

 private:
  friend class endpoint_set;
  friend class ticket;
  registry::instance_ptr what_;
  net::endpoint address_;
  mutable http::upstream_pool pool_;
  mutable std::uint64_t note_ = 0;
  std::uint32_t in_flight_ = 0;
  std::size_t place_ = 0;  ///< in the set, while listed
  endpoint_set* set_ = nullptr;
};
using member_ptr = std::shared_ptr<member>;

/// Counts one request in flight for as long as it lives.
class ticket {
 public:
  ticket() = default;
  explicit ticket(member_ptr of);
  ticket(ticket&& other) noexcept : of_(std::move(other.of_)) {}
  ticket& operator=(ticket&& other) noexcept;
  ~ticket() { release(); }

  explicit operator bool() const { return of_ != nullptr; }
  const member& operator*() const { return *of_; }
  const member* operator->() const { return of_.get(); }
  const member_ptr& instance() const { return of_; }
  void release();

 private:
  void count(std::int32_t by);
  member_ptr of_;
};

class endpoint_set {
 public:
  endpoint_set() = default;
  endpoint_set(const endpoint_set&) = delete;
  endpoint_set& operator=(const endpoint_set&) = delete;
  ~endpoint_set();

  struct change {
    std::vector<member_ptr> joined, left;
  };
  /// Takes over a new list. Null counts as empty.
  change update(const registry::service_list* list);

  /// Picks and counts; an empty ticket when nobody is left.
  /// \param tried  ids that must not be picked.
  ticket pick(lb::balancer& with, std::span<const std::string_view> tried, rng& r, instant now);

  lb::endpoints endpoints() const { return endpoints_; }
  const std::vector<member_ptr>& members() const { return members_; }
  bool empty() const { return members_.empty(); }
  std::size_t size() const { return members_.size(); }

 private:
  friend class ticket;

  std::vector<member_ptr> members_;                  ///< sorted by id
  std::vector<lb::endpoint> endpoints_;              ///< the same, as policies see it
  std::vector<std::weak_ptr<member>> busy_leavers_;  ///< left with requests in flight
};

}  // namespace meshgauge::discovery
