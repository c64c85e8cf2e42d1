#pragma once
/// The names that are windows of time, and what is known about their times before anything runs.
///
/// Phases have fixed times. An event's start is known when its `at` is, its end when it lasts for a fixed time; the end
/// of a rollout is known only when it is over. What is not known is not checked.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "scenarios/language/context.hpp"

namespace meshgauge::language {

class windows {
 public:
  explicit windows(const scenarios::scenario& s) : scenario_(s) {}

  /// Names of events, before the events themselves are read.
  void announce(std::string event_name) { events_.insert(std::move(event_name)); }

  bool known(std::string_view name) const;
  bool is_phase(std::string_view name) const;
  /// Sorted, with "run"; without "measured", which is what is used when nothing is said.
  std::vector<std::string> names() const;

  /// Seconds from the beginning; nothing when only the run will tell (or in a circle).
  std::optional<duration> start(std::string_view name) const { return start(name, 0); }
  std::optional<duration> end(std::string_view name) const { return end(name, 0); }
  /// The earliest time a moment can stand for.
  std::optional<duration> time(const scenarios::moment& m) const { return time(m, 0); }
  /// Does the moment depend on itself?
  bool circular(const scenarios::moment& m) const;
  /// False when the phases themselves hold mistakes; then times are not known.
  bool phases_known() const;

 private:
  std::optional<duration> start(std::string_view name, int depth) const;
  std::optional<duration> end(std::string_view name, int depth) const;
  std::optional<duration> time(const scenarios::moment& m, int depth) const;
  const scenarios::event* event(std::string_view name) const;

  const scenarios::scenario& scenario_;
  std::set<std::string, std::less<>> events_;
};

/// The name of a window, checked.
bool read_window(context& c, slice s, const windows& known);

/// `30s`, `deploy.start + 5s`, `uniform(10s, 60s)`. \param chance  may the time be a distribution?
std::optional<scenarios::moment> read_moment(context& c, slice s, const windows& known, bool chance,
                                             std::string_view label);

}  // namespace meshgauge::language
