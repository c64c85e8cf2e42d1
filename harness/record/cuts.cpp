#include "harness/record/cuts.hpp"

#include <algorithm>

namespace meshgauge::record {
namespace {

void add_once(std::vector<cut_rule>& rules, cut_rule r) {
  if (std::find(rules.begin(), rules.end(), r) == rules.end()) rules.push_back(std::move(r));
}

cut_rule rule_of(const scenarios::moment& m, duration more = {}, duration step = {}) {
  return {m.window, m.at, offset_of(m) + more, step};
}

}  // namespace

std::vector<cut_rule> cut_rules(const scenarios::scenario& s) {
  std::vector<cut_rule> rules;
  for (const scenarios::expectation& e : s.expect) {
    const scenarios::scope& scope = e.scope;
    if (scope.has_from) add_once(rules, rule_of(scope.from));
    if (scope.has_to) add_once(rules, rule_of(scope.to));
    if (scope.what == scenarios::scope::kind::every) {
      if (scope.has_from) {
        add_once(rules, rule_of(scope.from, {}, scope.slice));
      } else {
        add_once(rules, {scope.window, scenarios::edge::start, {}, scope.slice});
      }
    }
    if (scope.what == scenarios::scope::kind::within) add_once(rules, rule_of(scope.from, scope.slice, within_slice));
  }
  return rules;
}

std::optional<instant> resolve(const scenarios::moment& m, const std::vector<static_window>& edges) {
  if (!m.offset.is_constant()) return std::nullopt;
  if (m.window.empty()) return instant{} + offset_of(m);
  for (const static_window& w : edges) {
    if (w.name != m.window) continue;
    const std::optional<instant>& edge = m.at == scenarios::edge::start ? w.start : w.end;
    if (!edge) return std::nullopt;
    return *edge + offset_of(m);
  }
  return std::nullopt;
}

std::vector<static_window> static_windows(const scenarios::scenario& s) {
  std::vector<static_window> edges{{"run", instant{}, s.end()}};
  static_window measured{"measured", {}, {}};
  for (const scenarios::phase& p : s.phases) {
    edges.push_back({p.name, p.start, p.end});
    if (!p.measure) continue;
    if (!measured.start) measured.start = p.start;
    measured.end = p.end;
  }
  edges.push_back(measured);
  // Events refer to each other in any order: go on until nothing new is found.
  std::vector<bool> known(s.timeline.size());
  for (bool found = true; found;) {
    found = false;
    for (std::size_t i = 0; i < s.timeline.size(); ++i) {
      const scenarios::event& e = s.timeline[i];
      if (known[i] || e.name.empty()) continue;
      const auto start = resolve(e.at, edges);
      if (!start) continue;
      static_window w{e.name, start, {}};
      if (e.during) {
        scenarios::moment until = e.at;
        until.at = scenarios::edge::end;
        w.end = resolve(until, edges);
      } else if (e.lasts) {
        w.end = *start + *e.lasts;
      }
      edges.push_back(std::move(w));
      known[i] = found = true;
    }
  }
  return edges;
}

}  // namespace meshgauge::record
