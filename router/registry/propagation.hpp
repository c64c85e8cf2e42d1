#pragma once
/// How late each reader hears of a change: a delay drawn per change and reader, with the order of changes kept.
///
/// A registry of several nodes, an API server's watch cache, a proxy that batches its updates: between "the registry
/// knows" and "you can read it" lies a time that differs from reader to reader. `delay_line` is one reader's queue:
/// changes go in as they happen, and come out when the delay has passed, never overtaking one another. The data that
/// plain polls read is one such reader; every waiting watcher is one of its own.
///
/// The draw depends on the reader's name and the revision only (common random numbers): another watcher more or less
/// moves nobody else's draws, and asking twice gives the same delay.

#include <deque>
#include <optional>

#include "router/core/distribution.hpp"
#include "router/registry/instance.hpp"

namespace meshgauge::registry {

struct change {
  instant at{};
  list_ptr list;
};

class delay_line {
 public:
  /// \param reader  generator that belongs to this reader; never moved, only derived from.
  delay_line(const distribution& delay, const rng& reader) : delay_(delay), reader_(reader) {}

  void push(const change& c);
  /// When the next change comes out; `never` when nothing is under way.
  instant next_due() const { return waiting_.empty() ? never : waiting_.front().at; }
  /// The next change that is due by `now`, taken out.
  std::optional<list_ptr> pop(instant now);
  bool empty() const { return waiting_.empty(); }
  /// What is under way: `at` is when it comes out.
  const std::deque<change>& waiting() const { return waiting_; }

 private:
  distribution delay_;
  rng reader_;
  instant last_{};
  std::deque<change> waiting_;
};

}  // namespace meshgauge::registry
