#include "harness/run/run.hpp"

#include <fmt/format.h>

#include <system_error>

#include "fakes/sim/sim_world.hpp"
#include "harness/record/recorder.hpp"
#include "harness/run/director.hpp"

namespace meshgauge::run {

using namespace std::chrono_literals;

namespace {

bool is_default(const scenarios::network_config& n) {
  return n.latency.is_constant() && n.latency.mean() == scenarios::network_config{}.latency.mean() &&
         n.jitter == duration::zero() && n.links.empty();
}

/// Live sockets have a latency of their own; ours is added only where the scenario asks for it.
bool wants_emulation(const scenarios::scenario& s) {
  if (!is_default(s.network)) return true;
  for (const auto& e : s.timeline) {
    if (e.verb == scenarios::verb::partition) return true;
    if (e.verb == scenarios::verb::fault &&
        (e.fault.kind == scenarios::fault_kind::delay || e.fault.kind == scenarios::fault_kind::blackhole)) {
      return true;
    }
  }
  return false;
}

std::string host_selector(const std::string& text) {
  // "payments" means all of its hosts; "payments/3", "registry" and "*" are names already.
  return text == "*" || text == "registry" || text.find('/') != std::string::npos ? text : text + "/";
}

void lay_network(net::conditions& c, const scenarios::network_config& n, bool simulated) {
  if (simulated || !is_default(n)) {
    c.set_default({.latency = n.latency, .jitter = n.jitter, .bandwidth = n.bandwidth});
  }
  for (const auto& l : n.links) {
    net::link_rule rule;
    rule.from = {{host_selector(l.from)}};
    rule.to = {{host_selector(l.to)}};
    rule.latency = l.latency;
    rule.jitter = l.jitter;
    rule.bandwidth = l.bandwidth;
    c.add(rule);
    std::swap(rule.from, rule.to);
    c.add(std::move(rule));
  }
}

outcome run_on(stage& s, const scenarios::scenario& what, std::size_t variant, const options& o) {
  outcome out;
  lay_network(s.world().conditions(), what.network, s.simulated());
  mesh m(s, what, what.variants[variant].router);
  out.problem = m.warm_up();
  if (!out.problem.empty()) return out;
  record::recorder recorder(what, variant, o.seed, o.engine);
  m.begin(recorder);
  director d(m, o.seed);
  d.start();

  duration longest{};
  for (const auto& l : what.loads) longest = std::max(longest, l.timeout);
  const instant end = m.start() + what.end().time_since_epoch();
  // In steps, so that somebody can look on; the steps do not change what happens.
  constexpr duration step = 250ms;
  bool running = true;
  const auto advance = [&](instant until, const std::function<bool()>& done) {
    while (running && !done() && m.now() < until) {
      s.run_until(std::min(until, m.now() + step), done);
      if (std::string p = m.problem(); !p.empty()) {
        out.problem = std::move(p);
        running = false;
      }
      std::uint64_t made = 0;
      for (const std::uint64_t n : d.made()) made += n;
      if (o.watch && o.watch({.now = m.at(std::min(m.now(), end)), .end = what.end(), .requests = made})) {
        out.interrupted = true;
        running = false;
      }
    }
  };
  const auto never_done = [] { return false; };
  advance(end, never_done);
  // What is under way when the last phase ends still counts; each request ends by its own deadline.
  advance(end + longest + 1s, [&] { return m.open_requests() == 0 && d.loads_done(); });
  if (!out.problem.empty()) return out;
  const instant last = m.at(m.now());
  const std::vector<std::uint64_t> made = d.made();
  d.stop();
  m.end();
  if (!out.interrupted) {
    for (std::size_t l = 0; l < made.size(); ++l) recorder.due_in_all(static_cast<std::uint32_t>(l), made[l]);
  }
  out.result = recorder.finish(last, s.digest(), s.events());
  return out;
}

}  // namespace

outcome run_once(const scenarios::scenario& what, std::size_t variant, const options& o) {
  try {
    const auto s = make_stage(o.engine, o.seed, wants_emulation(what));
    s->observe(o.observe);
    return run_on(*s, what, variant, o);
  } catch (const std::system_error& e) {
    return {.problem = fmt::format("the live world cannot be had: {}", e.what())};
  }
}

}  // namespace meshgauge::run
