#pragma once
/// A small scenario with recorded runs, made through the recorder like any other, for the tests of judge and reports.
///
/// Three instances at 1000 requests a second for 12 s; payments/1 is killed at 7 s. The client's views learn of it
/// after about 400 ms, the router's after 100 ms; until then every third request is refused. The router costs 1 ms.

#include <memory>
#include <string>
#include <vector>

#include "harness/record/example_scenario_test.hpp"
#include "harness/record/recorder.hpp"
#include "router/core/rng.hpp"

namespace meshgauge::judge::example {

using namespace std::chrono_literals;
using scenarios::quantity;
using scenarios::term;

inline term number(double value, quantity::unit u = quantity::unit::count) {
  term t;
  t.op = term::kind::quantity;
  t.quantity = {u, value};
  return t;
}
inline term seconds(double value) {
  return number(value, quantity::unit::time);
}
inline term of(std::string metric, std::string variant = {}, std::string window = {},
               scenarios::reading read = scenarios::reading::natural) {
  term t;
  t.op = term::kind::selector;
  t.selector.metric = std::move(metric);
  t.selector.variant = std::move(variant);
  t.selector.window = std::move(window);
  t.read = read;
  return t;
}
inline term op(term::kind k) {
  term t;
  t.op = k;
  return t;
}

inline scenarios::expectation expect(std::string text, scenarios::expression left, scenarios::comparison c,
                                     scenarios::expression right, std::vector<unsigned> variants) {
  scenarios::expectation e;
  e.text = std::move(text);
  e.left = std::move(left);
  e.compare = c;
  e.right = std::move(right);
  e.variants = std::move(variants);
  return e;
}

inline scenarios::scope during(std::string window) {
  scenarios::scope s;
  s.what = scenarios::scope::kind::window;
  s.window = std::move(window);
  return s;
}
inline scenarios::scope in_every(duration slice, std::string window) {
  scenarios::scope s;
  s.what = scenarios::scope::kind::every;
  s.window = std::move(window);
  s.slice = slice;
  return s;
}
inline scenarios::scope within(duration slice, scenarios::moment after) {
  scenarios::scope s;
  s.what = scenarios::scope::kind::within;
  s.from = std::move(after);
  s.has_from = true;
  s.slice = slice;
  return s;
}

inline scenarios::scenario small_loss() {
  using enum scenarios::comparison;
  namespace make = record::example;
  scenarios::scenario s;
  s.name = "small-loss";
  s.about = "One of three instances is killed.";
  s.file = "scenarios/small-loss.scenario.json";
  s.params = {{"rate", "1000/s"}, {"lag", "<400ms>"}};
  s.fleets.push_back(make::fleet("payments", 3));
  s.variants = {make::variant("client"), make::variant("server")};
  s.loads.push_back(make::load("checkout"));
  s.phases = {make::phase("warm-up", 0s, 2s, false), make::phase("steady", 2s, 6s), make::phase("dark", 6s, 12s)};
  s.timeline.push_back(make::event("loss", make::moment("dark", scenarios::edge::start, 1s)));
  s.timeline.back().text = "kill payments/1";
  s.timeline.back().on.all = false;
  s.timeline.back().on.first = s.timeline.back().on.last = 1;

  s.expect.push_back(expect("status.502 == 0", {of("status.502")}, eq, {number(0)}, {0, 1}));
  s.expect.push_back(expect("status.5xx == 0 during steady", {of("status.5xx")}, eq, {number(0)}, {0, 1}));
  s.expect.back().scope = during("steady");
  s.expect.push_back(expect("latency.p99 <= 50ms", {of("latency.p99")}, le, {seconds(0.05)}, {0, 1}));
  s.expect.push_back(expect("latency.p99.99 <= 80ms", {of("latency.p99.99")}, le, {seconds(0.08)}, {0}));
  s.expect.push_back(expect("server.latency.p50 <= 1.3 * client.latency.p50", {of("latency.p50", "server")}, le,
                            {number(1.3), of("latency.p50", "client"), op(term::kind::multiply)}, {1}));
  s.expect.back().compares_variants = true;
  s.expect.back().name = "the extra hop stays cheap";
  s.expect.back().because = "30 % is what was agreed";
  s.expect.push_back(expect("status.502 <= 1% in every 500ms of dark",
                            {of("status.502", "", "", scenarios::reading::share)}, le,
                            {number(0.01, quantity::unit::share)}, {0, 1}));
  s.expect.back().scope = in_every(500ms, "dark");
  s.expect.push_back(expect("view.wrong == 0 within 1s after loss", {of("view.wrong")}, eq, {number(0)}, {0, 1}));
  s.expect.back().scope = within(1s, make::moment("loss"));
  s.expect.push_back(expect("routed_to.stopped == 0", {of("routed_to.stopped")}, eq, {number(0)}, {0, 1}));
  s.expect.back().severity = scenarios::severity::warn;
  int line = 40;
  for (scenarios::expectation& e : s.expect) e.where = {s.file, line++, 5};
  return s;
}

inline std::unique_ptr<record::result> run(const scenarios::scenario& s, std::size_t variant, std::uint64_t seed) {
  const bool server = variant == 1;
  record::recorder rec(s, variant, seed, scenarios::engine::sim);
  const rng draws = rng(seed).derive("example");
  const auto at = [](duration d) { return instant{} + d; };
  std::vector<std::uint32_t> all;
  for (std::uint32_t i = 0; i < 3; ++i) all.push_back(rec.add_instance(0, i, 0, "v1", 1));
  const std::uint32_t viewer = rec.add_viewer(server ? "router/0" : "checkout/0");
  for (const std::uint32_t i : all) rec.truth_changed(at(0s), i, truth::serving);
  rec.registry_changed(at(0s), 0, all);
  rec.view_changed(at(0s), viewer, 0, all);
  const duration killed = 7s;
  const duration lag = (server ? 100ms : 350ms) + duration(static_cast<std::int64_t>(draws.at(1) % 50) * 1000000);
  const std::vector<std::uint32_t> left{all[0], all[2]};
  bool dead = false, known = false;
  for (std::uint64_t n = 0; n < 12000; ++n) {
    const duration due = 1ms * n;
    if (!dead && due >= killed) {
      dead = true;
      rec.event_started(at(killed), 0, "kill payments/1");
      rec.truth_changed(at(killed), all[1], truth::stopped);
      rec.event_ended(at(killed), 0);
    }
    if (!known && due >= killed + lag) {
      known = true;
      rec.registry_changed(at(killed + lag), 0, left);
      rec.view_changed(at(killed + lag), viewer, 0, left);
    }
    const std::uint32_t to = known ? left[n % 2] : all[n % 3];
    const bool refused = dead && to == all[1];
    // Two random numbers of at most 8 ms: the same in both variants.
    const auto took =
        duration(static_cast<std::int64_t>(draws.at(2 * n + 2) % 8000000 + draws.at(2 * n + 3) % 8000000));
    const duration whole = refused ? 500us : 4ms + took + (server ? 1ms : 0ms);
    rec.attempted({.request = n,
                   .chooser = viewer,
                   .instance = to,
                   .then = refused ? truth::stopped : truth::serving,
                   .view_age = refused ? due - killed : 0ns,
                   .sent = at(due),
                   .end = at(due + whole),
                   .status = refused ? 0U : 200U,
                   .why = refused ? cause::connection_refused : cause::none});
    rec.ended({.number = n,
               .due = at(due),
               .sent = at(due),
               .end = at(due + whole),
               .status = refused ? 502U : 200U,
               .why = refused ? cause::connection_refused : cause::none,
               .instance = to});
  }
  return rec.finish(at(13s), mix64(seed * 2 + variant), 60000 + seed);
}

/// Results of both variants on seeds 1 to `seeds`.
struct runs {
  explicit runs(const scenarios::scenario& s, std::uint64_t seeds) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      for (std::size_t v = 0; v < s.variants.size(); ++v) {
        owned.push_back(run(s, v, seed));
        all.push_back(owned.back().get());
      }
    }
  }
  std::vector<std::unique_ptr<record::result>> owned;
  std::vector<const record::result*> all;
};

}  // namespace meshgauge::judge::example
