#pragma once
/// The published lists, and which of them changed since a revision.
///
/// What readers ask is "give me what changed since N". The log behind the answer is compacted by nature: it holds each
/// service once, at the revision of its last change, so it cannot outgrow the number of services. Only services that
/// have become empty need a bound: their lists (*tombstones*) are kept for readers that still have to hear of the end,
/// `tombstones_max` of them. A reader older than the youngest one thrown away gets the full set instead.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "router/registry/instance.hpp"

namespace meshgauge::registry {

class catalogue {
 public:
  explicit catalogue(std::size_t tombstones_max = 1024) : tombstones_max_(tombstones_max) {}

  /// A newer list of one service. Revisions must rise from call to call.
  void publish(list_ptr list);

  /// Never null. An unknown service is empty at the revision since which we know that it is.
  list_ptr list(std::string_view service) const;

  struct changes {
    std::uint64_t revision = 0;   ///< ask with this the next time
    bool full = false;            ///< these are all services there are: forget the others
    std::vector<list_ptr> lists;  ///< in order of change; when full: sorted by name, without empty ones
  };
  /// What changed after `revision`; everything when `revision` is 0, unknown (greater than ours) or too old.
  changes since(std::uint64_t revision) const;

  std::uint64_t revision() const { return revision_; }
  std::size_t size() const { return by_name_.size(); }

 private:
  std::size_t tombstones_max_;
  std::uint64_t revision_ = 0;
  std::uint64_t forgotten_ = 0;  ///< revision of the youngest tombstone thrown away
  std::map<std::string, list_ptr, std::less<>> by_name_;
  std::map<std::uint64_t, list_ptr> by_revision_;
  std::map<std::uint64_t, list_ptr> tombstones_;
};

}  // namespace meshgauge::registry
