#pragma once
/// What is true about each instance, what each viewer believes, and what follows: the view gauges and the staleness.
///
/// A view is (viewer, fleet); it counts from its first list on. What should be in it is what is serving.
///   known    instances in the view                  wrong    in the view, not serving
///   missing  serving, not in the view               dead     in the view, stopped
/// Only what lasted counts: states between two changes at one instant are never seen.
/// Staleness: for each change of truth that should change the view (an instance begins or ceases to serve) and each
/// view of its fleet, the time until the view agrees; zero where it agreed already. A change that is undone before the
/// view noticed gives no sample; one that the view never noticed counts with the time until the end of the run.

#include <cstdint>
#include <span>
#include <vector>

#include "harness/record/bucket_line.hpp"
#include "router/core/cause.hpp"

namespace meshgauge::record {

class view_watch {
 public:
  view_watch(bucket_line& line, std::size_t fleets) : line_(line), fleets_(fleets), serving_(fleets) {}

  void add_instance(std::uint32_t fleet) {
    truth_.push_back(truth::unknown);
    fleet_of_.push_back(fleet);
  }
  void add_viewer() { views_of_.resize(views_of_.size() + fleets_, nobody); }

  /// Gauges are written up to `now`; called before a boundary is made at `now`, too.
  void catch_up(instant now);
  /// \return false when nothing changed.
  bool truth_changed(instant at, std::uint32_t instance, meshgauge::truth now);
  /// `added` and `removed` become the difference to the view before.
  /// \return false when nothing changed and it was not the first list.
  bool view_changed(instant at, std::uint32_t viewer, std::uint32_t fleet, std::span<const std::uint32_t> instances,
                    std::vector<std::uint32_t>& added, std::vector<std::uint32_t>& removed);
  void finish(instant end);

 private:
  struct waiting {
    std::uint32_t instance = 0;
    instant since{};
  };
  struct view {
    std::uint32_t fleet = 0;
    std::vector<std::uint32_t> members;   ///< sorted
    std::uint32_t serving = 0, dead = 0;  ///< of the members
    std::vector<waiting> pending;
  };
  void measure();
  void sample(instant since, instant now);

  bucket_line& line_;
  std::size_t fleets_;
  std::vector<std::uint32_t> serving_;  ///< by fleet: how many serve
  std::vector<meshgauge::truth> truth_;
  std::vector<std::uint32_t> fleet_of_;
  std::vector<std::uint32_t> views_of_;  ///< viewer * fleets + fleet -> index into views_
  std::vector<view> views_;

  instant done_{};  ///< gauges are written up to here
  bool stale_ = false;
  struct sums {
    std::uint32_t worst = 0;
    std::int64_t total = 0;
  };
  sums known_, wrong_, missing_, dead_;
};

}  // namespace meshgauge::record
