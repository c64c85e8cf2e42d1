#pragma once
/// Small scenarios for tests and benchmarks, built by hand as the language would build them.

#include <string>
#include <utility>

#include "scenarios/model/scenario.hpp"

namespace meshgauge::record::example {

inline scenarios::fleet fleet(std::string name, unsigned instances) {
  scenarios::fleet f;
  f.name = std::move(name);
  f.instances = instances;
  return f;
}

inline scenarios::load load(std::string name) {
  scenarios::load l;
  l.name = std::move(name);
  return l;
}

inline scenarios::variant variant(std::string name) {
  scenarios::variant v;
  v.name = std::move(name);
  return v;
}

inline scenarios::phase phase(std::string name, duration start, duration end, bool measure = true) {
  scenarios::phase p;
  p.name = std::move(name);
  p.length = end - start;
  p.measure = measure;
  p.start = instant{} + start;
  p.end = instant{} + end;
  return p;
}

/// `offset` after an edge of `window`; a negative offset is before it.
inline scenarios::moment moment(std::string window, scenarios::edge at = scenarios::edge::start, duration offset = {}) {
  scenarios::moment m;
  m.window = std::move(window);
  m.at = at;
  m.negative = offset < duration::zero();
  m.offset = distribution::constant(m.negative ? -offset : offset);
  return m;
}

inline scenarios::event event(std::string name, scenarios::moment at) {
  scenarios::event e;
  e.name = std::move(name);
  e.at = std::move(at);
  return e;
}

/// One fleet "payments" of two, one load "checkout", phases "steady" (0..1 s) and "storm" (1..`end`).
inline scenarios::scenario two_phases(duration end = std::chrono::seconds(3)) {
  scenarios::scenario s;
  s.name = "small";
  s.fleets.push_back(fleet("payments", 2));
  s.variants.push_back(variant("server"));
  s.loads.push_back(load("checkout"));
  s.phases.push_back(phase("steady", {}, std::chrono::seconds(1)));
  s.phases.push_back(phase("storm", std::chrono::seconds(1), end));
  s.run.samples = 3;
  return s;
}

}  // namespace meshgauge::record::example
