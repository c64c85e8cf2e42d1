#pragma once
/// What the network between hosts is like: latency, jitter, bandwidth, partitions. Shared by both worlds, changed by
/// whoever runs a scenario, read by the streams.
///
/// Rules apply in the order in which they were added; later ones win field by field, extra delays add up, one block is
/// enough. A rule holds for packets *from* one set of hosts *to* another; the way back is a rule of its own.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/core/distribution.hpp"

namespace meshgauge::net {

/// Hosts by name: "payments/3" is one host, "payments/" all of that group, "*" everybody.
struct host_set {
  std::vector<std::string> names;
  bool contains(std::string_view host) const;
};

struct link_rule {
  host_set from, to;
  std::optional<distribution> latency;  ///< one way, drawn once a connection and direction
  std::optional<duration> jitter;       ///< each delivery is late by uniform [0, jitter] more; order is kept
  std::optional<double> bandwidth;      ///< bytes per second of a connection and direction; 0: unlimited
  std::optional<distribution> extra;    ///< added to the latency
  bool blocked = false;                 ///< nothing passes: bytes wait as TCP makes them wait, connects stay unanswered
};

struct link {
  distribution latency;
  distribution extra;
  duration jitter{};
  double bandwidth = 0;
  bool blocked = false;
};

class conditions {
 public:
  /// Holds where no rule says otherwise.
  void set_default(const link& everywhere);
  /// \return a number for remove().
  std::uint64_t add(link_rule rule);
  void remove(std::uint64_t id);

  link between(std::string_view from, std::string_view to) const;
  /// True when every link is just like the default one: then nobody needs to ask.
  bool plain() const { return rules_.empty(); }
  const link& everywhere() const { return default_; }
  /// Changes with each change of the rules.
  std::uint64_t version() const { return version_; }
  /// Called after each change; one listener, the world.
  std::function<void()> on_change;

 private:
  void changed();
  link default_;
  struct numbered {
    std::uint64_t id;
    link_rule rule;
  };
  std::vector<numbered> rules_;
  std::uint64_t version_ = 1;
};

}  // namespace meshgauge::net
