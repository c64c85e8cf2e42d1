#pragma once
/// Who is registered and until when: a pure table, `now` is an argument.
///
/// An instance holds a *entry*: it stays in the table until its time to live has passed since the last heartbeat, and
/// `expire` then takes it out (*eviction*). Readers never see the table, only immutable lists; a service's list is
/// rebuilt when somebody asks for it after a change, and a heartbeat is no change.
///
/// Every change (an instance joins, leaves or differs) raises the table's revision by one and gives the service that
/// number. So "has this service changed since revision N" is one comparison, and N means the same for all services.
///
/// Costs: O(log n) each call; `list` O(instances of the service) after a change, else O(log n); `expire` O(log n) for
/// each lease that ended. Order never depends on addresses or hashing: leases that end together leave by service and
/// id.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "router/registry/instance.hpp"

namespace meshgauge::registry {

class lease_table {
 public:
  enum class put_result {
    created,
    replaced,  ///< something differed
    renewed    ///< equal to what was there: counts as a heartbeat only
  };

  /// Instances without a ttl of their own get `default_ttl`.
  explicit lease_table(duration default_ttl);
  ~lease_table();
  lease_table(lease_table&&) noexcept;
  lease_table& operator=(lease_table&&) noexcept;

  put_result put(instance what, instant now);
  /// False: not registered (any more); the caller has to register again. Never resurrects.
  bool heartbeat(std::string_view service, std::string_view id, instant now);
  bool remove(std::string_view service, std::string_view id);
  /// False: not registered. Does not renew the lease.
  bool set_status(std::string_view service, std::string_view id, status to);
  /// Takes out what has lapsed: leases whose end is <= now. In order of (end, service, id).
  std::vector<instance_ptr> expire(instant now);

  /// Null when not registered.
  instance_ptr get(std::string_view service, std::string_view id) const;
  /// Never null: an unknown service is an empty list.
  list_ptr list(std::string_view service);
  /// When the next lease ends; `never` when there is none.
  instant next_expiry() const;
  /// When this lease ends; `never` when not registered.
  instant expiry_of(std::string_view service, std::string_view id) const;

  std::uint64_t revision() const { return revision_; }
  std::size_t size() const { return leases_.size(); }
  /// Services that have instances: name and how many, sorted by name.
  std::vector<std::pair<std::string, std::size_t>> services() const;
  /// The lists of the services that changed since the last call, in order of revision. A service that has become empty
  /// is forgotten with this: its last list is the only trace of it.
  std::vector<list_ptr> take_changes();

  /// Everything that a restart needs to remember.
  struct saved {
    std::uint64_t revision = 0;
    std::vector<instance> instances;
  };
  saved save() const;
  /// Fills an empty table. Every lease starts anew at `now`: nobody could send a heartbeat while the registry was away.
  void restore(const saved& from, instant now);

 private:
  struct entry {
    instance_ptr what;
    instant ends;
  };
  struct ends_first {
    bool operator()(const entry* a, const entry* b) const;
  };
  struct service_state {
    std::uint64_t revision = 0;
    std::map<std::string, entry, std::less<>> leases;
    list_ptr list;  ///< null after a change
  };
  using service_map = std::map<std::string, service_state, std::less<>>;

  entry* find(std::string_view service, std::string_view id);
  const entry* find(std::string_view service, std::string_view id) const;
  void changed(service_map::iterator service);
  void move_end(entry& l, instant to);
  void erase(service_map::iterator service, std::map<std::string, entry, std::less<>>::iterator at);
  instant end_of(const instance& what, instant now) const;

  duration default_ttl_;
  std::uint64_t revision_ = 0;
  service_map services_;
  std::set<entry*, ends_first> leases_;  ///< compares what the pointers point at, never the pointers
  std::set<std::string, std::less<>> changed_;
};

}  // namespace meshgauge::registry
