#pragma once
/// Small scenarios for the tests of whole runs, built by hand as the language would build them, and short ways to ask a
/// result what happened.

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "harness/record/example_scenario_test.hpp"
#include "harness/record/result.hpp"
#include "harness/run/run.hpp"

namespace meshgauge::run::small {

using namespace std::chrono_literals;
using scenarios::placement;
using scenarios::refresh;
using scenarios::verb;

/// Fleet "payments" of two (5 ms a request), load "checkout" of two clients at `rate` requests a second, evenly spaced,
/// one phase "steady" of `length`.
inline scenarios::scenario mesh(placement where, refresh how, duration length, double rate = 100) {
  scenarios::scenario s;
  s.name = "small";
  s.fleets.push_back(record::example::fleet("payments", 2));
  s.fleets.back().version = "1";
  s.registry.heartbeat = 300ms;
  s.registry.lease = 900ms;
  s.registry.sweep = 100ms;
  s.registry.propagation = distribution::constant(20ms);
  scenarios::variant v = record::example::variant("default");
  v.router.discovery.where = where;
  v.router.discovery.how = how;
  v.router.discovery.poll = how == refresh::poll ? duration(200ms) : duration::zero();
  v.router.discovery.routers = 2;
  s.variants.push_back(std::move(v));
  scenarios::load l = record::example::load("checkout");
  l.arrivals.rate = rate;
  l.clients = 2;
  s.loads.push_back(std::move(l));
  s.phases.push_back(record::example::phase("steady", {}, length));
  return s;
}

inline scenarios::target all_of(unsigned fleet) {
  scenarios::target t;
  t.group = fleet;
  t.text = fmt::format("fleet{}", fleet);
  return t;
}
inline scenarios::target one_of(unsigned fleet, unsigned number) {
  scenarios::target t;
  t.group = fleet;
  t.all = false;
  t.first = t.last = number;
  t.text = fmt::format("fleet{}/{}", fleet, number);
  return t;
}
inline scenarios::target registry() {
  scenarios::target t;
  t.kind = scenarios::target_kind::registry;
  t.text = "registry";
  return t;
}
inline scenarios::target router(unsigned number) {
  scenarios::target t = one_of(0, number);
  t.kind = scenarios::target_kind::router;
  t.text = fmt::format("router/{}", number);
  return t;
}
inline scenarios::target clients_of(unsigned load) {
  scenarios::target t;
  t.kind = scenarios::target_kind::load;
  t.group = load;
  t.text = fmt::format("load{}", load);
  return t;
}

/// Adds an event at `after` the beginning; the reference is good until the next one.
inline scenarios::event& happens(scenarios::scenario& s, duration after, verb what, scenarios::target on) {
  scenarios::event e = record::example::event("", record::example::moment("", scenarios::edge::start, after));
  e.verb = what;
  e.on = std::move(on);
  e.text = "event";
  return s.timeline.emplace_back(std::move(e));
}
inline scenarios::event& fails(scenarios::scenario& s, duration after, scenarios::fault_kind how,
                               scenarios::target on) {
  scenarios::event& e = happens(s, after, verb::fault, std::move(on));
  e.fault.kind = how;
  return e;
}

inline std::uint32_t requests(const record::result& r) {
  std::uint32_t n = 0;
  for (const auto& b : r.buckets) n += b.requests;
  return n;
}
inline std::uint32_t ok(const record::result& r) {
  std::uint32_t n = 0;
  for (const auto& b : r.buckets) n += b.ok;
  return n;
}
inline std::uint32_t status(const record::result& r, unsigned wanted) {
  std::uint32_t n = 0;
  for (const auto& b : r.buckets) {
    for (const auto& s : b.statuses) n += s.status == wanted ? s.count : 0;
  }
  return n;
}
/// Requests that failed with `why`, of whatever truth.
inline std::uint32_t failed(const record::result& r, cause why) {
  std::uint32_t n = 0;
  for (const auto& b : r.buckets) {
    for (const auto& f : b.failures) n += f.why == why ? f.count : 0;
  }
  return n;
}
inline std::uint32_t failed(const record::result& r, cause why, truth then) {
  std::uint32_t n = 0;
  for (const auto& b : r.buckets) {
    for (const auto& f : b.failures) n += f.why == why && f.then == then ? f.count : 0;
  }
  return n;
}
/// Attempts at the incarnations whose name begins so.
inline std::uint32_t attempts_at(const record::result& r, std::string_view name) {
  std::uint32_t n = 0;
  for (const auto& b : r.buckets) {
    for (const auto& i : b.instances) n += r.incarnations[i.instance].name.starts_with(name) ? i.attempts : 0;
  }
  return n;
}
/// All failures in words, for messages.
inline std::string failures(const record::result& r) {
  std::string out;
  for (const auto& b : r.buckets) {
    for (const auto& f : b.failures) {
      out += fmt::format("{:.3f}s: {} x {} ({}) {}\n", to_seconds(b.start.time_since_epoch()), f.count, name_of(f.why),
                         f.status, name_of(f.then));
    }
  }
  return out;
}

}  // namespace meshgauge::run::small
