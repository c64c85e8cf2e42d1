#include "scenarios/language/lint.hpp"

#include <algorithm>
#include <cmath>

namespace meshgauge::language {
namespace {

using scenarios::scope;

/// How many requests the scope of an expectation, or a selector's own window, is expected to hold.
std::optional<double> samples(const scenarios::expectation& e, const std::string& window, const surroundings& around) {
  const auto& w = around.windows;
  const auto& s = around.scenario;
  const duration end = s.end().time_since_epoch();
  const auto within = [&](std::optional<duration> from, std::optional<duration> to) -> std::optional<double> {
    if (!from || !to) return std::nullopt;
    return expected_requests(s, *from, *to, false);
  };
  if (window == "measured" || (window.empty() && e.scope.what == scope::kind::measured))
    return expected_requests(s, {}, end, true);
  if (!window.empty()) return within(w.start(window), w.end(window));
  switch (e.scope.what) {
    case scope::kind::window:
      if (e.scope.window == "measured") return expected_requests(s, {}, end, true);
      return within(w.start(e.scope.window), w.end(e.scope.window));
    case scope::kind::span:
      return within(w.time(e.scope.from), w.time(e.scope.to));
    case scope::kind::every: {
      const auto from = w.start(e.scope.window);
      return from ? within(from, *from + e.scope.slice) : std::nullopt;
    }
    case scope::kind::within: {
      const auto from = w.time(e.scope.from);
      return from ? within(from, *from + duration(1000000000)) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

void few_samples(context& c, const scenarios::expectation& e, const sided& side, const surroundings& around) {
  std::size_t i = 0;
  for (const scenarios::term& t : side.terms) {
    if (t.op != scenarios::term::kind::selector) continue;
    const slice at = side.selectors[i++];
    const std::size_t dot = t.selector.metric.find('.');
    const std::string root = t.selector.metric.substr(0, dot);
    if ((root != "latency" && root != "response") || dot == std::string::npos) continue;
    const std::string part = t.selector.metric.substr(dot + 1);
    const auto p = percentile(part);
    const auto n = samples(e, t.selector.window, around);
    if (!p || !n) continue;
    const double needed = 5 / (1 - *p);
    if (*n + 0.5 >= needed) continue;
    c.out.warning(at.inside(), "few-samples",
                  fmt::format("{} needs about {:.0f} requests, but only about {:.0f} are due here", part, needed, *n),
                  {"with so few the result is inconclusive"});
  }
}

void unreachable(context& c, const scenarios::expectation& e, const sided& metric, const sided& limit,
                 const surroundings& around) {
  if (metric.metric == nullptr || metric.metric->root != "share" || metric.part->name != "max_over_mean" ||
      !limit.literal)
    return;
  if (e.compare != scenarios::comparison::le && e.compare != scenarios::comparison::lt) return;
  const auto& s = around.scenario;
  const bool by_chance = std::any_of(e.variants.begin(), e.variants.end(), [&](unsigned v) {
    return s.variants[v].router.balance != scenarios::balance::round_robin;
  });
  const auto& on = metric.terms.front().selector.on;
  const unsigned fleet = on ? on->group : 0;
  if (!by_chance || fleet >= s.fleets.size() || (!on && s.fleets.size() > 1)) return;
  const double n = s.fleets[fleet].instances;
  const auto requests = samples(e, metric.terms.front().selector.window, around);
  if (!requests || *requests <= 0 || n < 2) return;
  const double least = 1 + std::sqrt(2 * fixed_log(n) / (*requests / n));
  if (limit.value >= least) return;
  c.out.warning(limit.at.inside(), "unreachable-limit",
                fmt::format("perfect random choice gives about {:.3f} here: {:.0f} instances with {:.0f} requests each",
                            least, n, *requests / n),
                {"a lower limit is broken by chance alone"});
}

}  // namespace

std::optional<double> expected_requests(const scenarios::scenario& s, duration from, duration to, bool measured_only) {
  using model = scenarios::arrivals_config::model;
  for (const auto& e : s.timeline) {
    if (e.verb == scenarios::verb::load) return std::nullopt;
  }
  double sum = 0;
  for (const auto& p : s.phases) {
    if (measured_only && !p.measure) continue;
    const duration begin = std::max(from, p.start.time_since_epoch()), end = std::min(to, p.end.time_since_epoch());
    if (begin >= end) continue;
    for (const auto& l : s.loads) {
      if (!l.during.empty() && std::find(l.during.begin(), l.during.end(), p.name) == l.during.end()) continue;
      const auto& a = p.arrivals ? *p.arrivals : l.arrivals;
      if (a.kind == model::closed) return std::nullopt;
      sum += a.rate * p.load_factor * to_seconds(end - begin);
    }
  }
  return sum;
}

void lint_expectation(context& c, const scenarios::expectation& e, const sided& left, const sided& right,
                      const surroundings& around) {
  few_samples(c, e, left, around);
  few_samples(c, e, right, around);
  unreachable(c, e, left, right, around);
}

}  // namespace meshgauge::language
