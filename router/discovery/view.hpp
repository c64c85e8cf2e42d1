#pragma once
/// What one client or router believes about one service: the last list it got, how old that is, and what to do with it
/// when the registry cannot be reached. Pure; `now` is an argument.
///
/// Age. A view is *current as far as its holder knows* while a watch is open (age 0) and at the moment a poll's answer
/// was sent for; from then on, or from the moment the watch broke, it ages. A watch that is silently cut off (a
/// partition) therefore looks current until its time-out: that is what its holder believes, and the difference to the
/// truth is what the harness measures.
///
/// Outage. It begins with the first failed request to the registry and ends with the next answer. What then counts:
///   keep_last  the list, however old (what most clients do, and what survives a registry outage best)
///   fail       nothing: callers get registry_unavailable at once
///   expire     the list until it is older than `expire_after`, then nothing

#include <string>
#include <vector>

#include "router/registry/instance.hpp"

namespace meshgauge::discovery {

enum class on_outage : std::uint8_t { keep_last, fail, expire };

struct outage_rule {
  on_outage what = on_outage::keep_last;
  duration expire_after{};
};

enum class view_state : std::uint8_t {
  loading,      ///< no answer yet, no failure either
  ready,        ///< the list counts
  unavailable,  ///< the registry cannot be reached and the rule says that the list, if any, does not count
};

class view {
 public:
  explicit view(outage_rule rule = {}) : rule_(rule) {}

  /// An answer that was asked for at `asked`: the list as it was then, or later.
  void answered(registry::list_ptr list, instant asked);
  /// The registry says that nothing has changed since the list we hold.
  void confirmed(instant asked);
  /// A watch is open from now on: the list counts as current until `failed` or `watch_ended`.
  void watching() { watching_ = true; }
  void watch_ended(instant now);
  /// A request to the registry failed.
  void failed(instant now);

  view_state state(instant now) const;
  /// The list, whatever its state; null before the first answer.
  const registry::list_ptr& list() const { return list_; }
  std::uint64_t revision() const { return list_ == nullptr ? 0 : list_->revision; }
  /// Zero while current; since the world began when there was never an answer.
  duration age(instant now) const;
  instant as_of() const { return as_of_; }
  bool in_outage() const { return outage_; }
  /// When an `expire` rule will make a ready view unavailable, unless an answer comes; `never` when it will not.
  instant expires() const;

 private:
  outage_rule rule_;
  registry::list_ptr list_;
  instant as_of_{};
  bool watching_ = false;
  bool outage_ = false;
};

/// What differs between two lists, by id. Null counts as empty.
struct difference {
  std::vector<std::string> added, removed;
  std::vector<std::string> changed;  ///< same id, something else: another address is another process
  bool empty() const { return added.empty() && removed.empty() && changed.empty(); }
};
difference diff(const registry::service_list* before, const registry::service_list* after);

}  // namespace meshgauge::discovery
