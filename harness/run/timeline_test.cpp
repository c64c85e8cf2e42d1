#include <gtest/gtest.h>

#include <set>

#include "harness/run/small_test.hpp"

/// What each verb of the timeline does, by what a run records. 100 requests a second, evenly spaced, at two instances
/// in turn: 50 a second for each, so counts are known in advance. The event lasts from 1 s to 2 s where nothing else is
/// said.

namespace meshgauge::run {
namespace {

using namespace std::chrono_literals;
using scenarios::verb;
using small::placement;
using small::refresh;

std::unique_ptr<record::result> run(scenarios::scenario s) {
  s.run.samples = 100'000;  // every failed request in full
  for (auto& f : s.fleets) {
    if (f.startup.mean() == 1s) f.startup = distribution::constant({});
  }
  outcome o = run_once(s, 0, {.seed = 1});
  EXPECT_EQ(o.problem, "");
  EXPECT_NE(o.result, nullptr);
  EXPECT_TRUE(o.result->invariant_violations.empty()) << o.result->invariant_violations.front();
  return std::move(o.result);
}

/// All failures were due in [from, to].
void expect_failures_within(const record::result& r, duration from, duration to) {
  for (const auto& s : r.samples) {
    EXPECT_GE(s.what.due, instant{} + from) << name_of(s.what.why) << "\n" << small::failures(r);
    EXPECT_LE(s.what.due, instant{} + to) << name_of(s.what.why) << "\n" << small::failures(r);
  }
}
std::uint32_t lost(const record::result& r) {
  return small::requests(r) - small::ok(r);
}

/// Since `at`, the latest truth about each incarnation of that name.
std::vector<std::pair<duration, truth>> life_of(const record::result& r, std::string_view name) {
  std::vector<std::pair<duration, truth>> out;
  for (const auto& c : r.truth_changes) {
    if (r.incarnations[c.instance].name == name) out.emplace_back(c.at.time_since_epoch(), c.now);
  }
  return out;
}

scenarios::scenario fixed() {
  return small::mesh(placement::fixed, refresh::once, 3s);
}
scenarios::scenario through_routers() {
  return small::mesh(placement::server, refresh::watch, 3s);
}
scenarios::scenario polling() {
  return small::mesh(placement::client, refresh::poll, 3s);
}

TEST(Timeline, NothingHappensAndNothingIsLost) {
  for (const auto& s : {fixed(), through_routers(), polling()}) {
    const auto r = run(s);
    EXPECT_NEAR(small::requests(*r), 300, 1);
    EXPECT_EQ(lost(*r), 0U) << small::failures(*r);
    EXPECT_NEAR(small::attempts_at(*r, "payments/0"), 150, 3);
  }
}

TEST(Timeline, KilledInstanceRefusesExactlyWhileItIsDead) {
  auto s = fixed();
  small::happens(s, 1s, verb::kill, small::one_of(0, 0)).lasts = 1s;
  const auto r = run(s);
  const auto refused = small::failed(*r, cause::connection_refused, truth::stopped);
  const auto reset = small::failed(*r, cause::connection_reset_before_response);
  EXPECT_NEAR(refused, 50, 2);
  EXPECT_LE(reset, 1U);
  EXPECT_EQ(lost(*r), refused + reset) << small::failures(*r);
  expect_failures_within(*r, 990ms, 2s);
}

TEST(Timeline, RoutersForgetAKilledInstanceWhenItsLeaseLapses) {
  auto s = through_routers();
  small::happens(s, 1s, verb::kill, small::one_of(0, 0)).lasts = 1800ms;
  const auto r = run(s);
  // At most lease + sweep + propagation, at least lease - heartbeat.
  expect_failures_within(*r, 990ms, 1s + 900ms + 100ms + 25ms);
  EXPECT_GE(lost(*r), 28U);
  EXPECT_LE(lost(*r), 53U);
  EXPECT_EQ(lost(*r),
            small::failed(*r, cause::connection_refused) + small::failed(*r, cause::connection_reset_before_response));
  // It is known again at once when it is back.
  EXPECT_EQ(life_of(*r, "payments/0").back(), std::make_pair(duration(2800ms), truth::serving));
}

TEST(Timeline, RetryAtAnotherHostHidesADeadInstance) {
  auto s = through_routers();
  s.variants[0].router.retry = {.count = 1, .on_connect_failure = true, .on_reset = true};
  small::happens(s, 1s, verb::kill, small::one_of(0, 0));
  const auto r = run(s);
  EXPECT_EQ(lost(*r), 0U) << small::failures(*r);
  std::uint32_t retries = 0;
  for (const auto& b : r->buckets) retries += b.retries;
  // Each of them: after a second try at the one the first one's turn has come again.
  EXPECT_GE(retries, 56U);
  EXPECT_LE(retries, 106U);
}

TEST(Timeline, StopGoesThroughTheShutdownSteps) {
  auto s = through_routers();
  s.fleets[0].shutdown[1].time = 200ms;
  small::happens(s, 1s, verb::stop, small::one_of(0, 0)).lasts = 1s;
  const auto r = run(s);
  EXPECT_EQ(lost(*r), 0U) << small::failures(*r);
  const auto life = life_of(*r, "payments/0");
  ASSERT_GE(life.size(), 4U);
  const auto begins = life.end() - 4;
  EXPECT_EQ(begins[0].second, truth::draining);
  EXPECT_GE(begins[0].first, 1200ms);
  EXPECT_LE(begins[0].first, 1210ms);
  EXPECT_EQ(begins[1].second, truth::stopped);
  EXPECT_LE(begins[1].first, 1220ms);
  EXPECT_EQ(begins[3], std::make_pair(duration(2s), truth::serving));
}

TEST(Timeline, StopWithoutWaitingLosesWhatAStaleViewSends) {
  auto s = polling();
  s.fleets[0].shutdown = {{scenarios::shutdown_verb::deregister, {}, {}}, {scenarios::shutdown_verb::exit, {}, {}}};
  small::happens(s, 1s, verb::stop, small::one_of(0, 0));
  const auto r = run(s);
  EXPECT_GE(lost(*r), 3U);
  EXPECT_LE(lost(*r), 13U);
  expect_failures_within(*r, 990ms, 1s + 200ms + 20ms + 5ms);  // a poll and the propagation
}

TEST(Timeline, DrainAnswers503AndSaysSo) {
  auto s = fixed();
  s.fleets[0].shutdown = {{scenarios::shutdown_verb::drain, 500ms, scenarios::drain_mode::answer_503},
                          {scenarios::shutdown_verb::exit, {}, {}}};
  s.fleets[0].service_time = distribution::constant(100ms);
  small::happens(s, 1s, verb::stop, small::one_of(0, 0));
  const auto r = run(s);
  // It drains for as long as something is in flight (100 ms), then it is gone.
  EXPECT_NEAR(small::failed(*r, cause::upstream_5xx, truth::draining), 5, 2) << small::failures(*r);
  EXPECT_EQ(small::failed(*r, cause::connection_reset_before_response), 0U);
  EXPECT_NEAR(small::failed(*r, cause::connection_refused, truth::stopped), 95, 4);
}

TEST(Timeline, RestartIsAsLongAsStartingUp) {
  auto s = fixed();
  s.fleets[0].startup = distribution::constant(200ms);
  small::happens(s, 1s, verb::restart, small::one_of(0, 0));
  const auto r = run(s);
  EXPECT_NEAR(small::failed(*r, cause::connection_refused, truth::starting), 10, 2) << small::failures(*r);
  expect_failures_within(*r, 990ms, 1200ms);
  EXPECT_EQ(r->incarnations.size(), 3U);
  EXPECT_EQ(r->incarnations.back().generation, 1U);
}

TEST(Timeline, DeregisteredInstanceGetsNothingUntilItIsBack) {
  auto s = through_routers();
  small::happens(s, 1s, verb::deregister, small::one_of(0, 0));
  small::happens(s, 2s, verb::register_, small::one_of(0, 0));
  const auto r = run(s);
  EXPECT_EQ(lost(*r), 0U) << small::failures(*r);
  EXPECT_NEAR(small::attempts_at(*r, "payments/0"), 100, 5);
  EXPECT_NEAR(small::attempts_at(*r, "payments/1"), 200, 5);
}

TEST(Timeline, RegisterRightAfterDeregisterIsNotForgotten) {
  auto s = through_routers();
  small::happens(s, 1s, verb::deregister, small::one_of(0, 0));
  small::happens(s, 1s + 100us, verb::register_, small::one_of(0, 0));
  const auto r = run(s);
  EXPECT_EQ(lost(*r), 0U) << small::failures(*r);
  EXPECT_NEAR(small::attempts_at(*r, "payments/0"), 150, 8);
}

TEST(Timeline, ScaleUpAndDownLosesNothing) {
  auto s = through_routers();
  s.fleets[0].startup = distribution::constant(100ms);
  s.fleets[0].shutdown[1].time = 200ms;
  small::happens(s, 1s, verb::scale, small::all_of(0)).count = 4;
  small::happens(s, 2s, verb::scale, small::all_of(0)).count = 1;
  const auto r = run(s);
  EXPECT_EQ(lost(*r), 0U) << small::failures(*r);
  EXPECT_EQ(r->incarnations.size(), 4U);
  // From 1.12 s to 2.02 s a quarter each.
  EXPECT_NEAR(small::attempts_at(*r, "payments/2"), 22, 4);
  EXPECT_NEAR(small::attempts_at(*r, "payments/3"), 22, 4);
  EXPECT_NEAR(small::attempts_at(*r, "payments/1"), 50 + 6 + 23, 5);
  EXPECT_EQ(life_of(*r, "payments/1").back().second, truth::stopped);
  EXPECT_EQ(life_of(*r, "payments/0").back().second, truth::serving);
}

std::size_t fewest_serving(const record::result& r) {
  std::set<std::uint32_t> serving;
  std::size_t fewest = 99;
  for (std::size_t i = 0; i < r.truth_changes.size(); ++i) {
    const auto& c = r.truth_changes[i];
    if (c.now == truth::serving) {
      serving.insert(c.instance);
    } else {
      serving.erase(c.instance);
    }
    const bool last_of_instant = i + 1 == r.truth_changes.size() || r.truth_changes[i + 1].at != c.at;
    if (last_of_instant && c.at > instant{}) fewest = std::min(fewest, serving.size());
  }
  return fewest;
}

struct rollout_case {
  const char* what;
  unsigned batch, surge;
  std::size_t fewest;
  bool loses;
};
TEST(Timeline, RolloutReplacesBatchByBatch) {
  for (const rollout_case& c : {rollout_case{"one by one", 1, 0, 1, false}, rollout_case{"both at once", 2, 0, 0, true},
                                rollout_case{"successor first", 1, 1, 2, false}}) {
    SCOPED_TRACE(c.what);
    auto s = through_routers();
    s.fleets[0].startup = distribution::constant(100ms);
    s.fleets[0].shutdown[1].time = 100ms;
    auto& e = small::happens(s, 500ms, verb::rollout, small::all_of(0));
    e.name = "rollout";
    e.version = "2";
    e.batch = c.batch;
    e.surge = c.surge;
    e.pause = 200ms;
    const auto r = run(s);
    EXPECT_EQ(lost(*r) > 0, c.loses) << small::failures(*r);
    EXPECT_EQ(fewest_serving(*r), c.fewest);
    ASSERT_EQ(r->incarnations.size(), 4U);
    for (const auto& i : r->incarnations) EXPECT_EQ(i.version, i.generation == 0 ? "1" : "2");
    const record::window* w = r->window_named("rollout");
    ASSERT_NE(w, nullptr);
    EXPECT_FALSE(w->open);
    const duration took = w->end - w->start, batch = 100ms + 100ms;
    EXPECT_GE(took, c.batch == 2 ? batch : 2 * batch + 200ms);
    EXPECT_LE(took, (c.batch == 2 ? batch : 2 * batch + 200ms) + 60ms);
    if (c.loses) {
      EXPECT_EQ(lost(*r), small::failed(*r, cause::no_instance) + small::failed(*r, cause::connection_refused) +
                              small::failed(*r, cause::upstream_5xx))
          << small::failures(*r);
    }
  }
}

TEST(Timeline, LoadFactorMultipliesTheRateWhileItLasts) {
  auto s = fixed();
  scenarios::target everyone;
  everyone.everyone = true;
  auto& e = small::happens(s, 1s, verb::load, everyone);
  e.factor = 3;
  e.lasts = 500ms;
  const auto r = run(s);
  EXPECT_NEAR(small::requests(*r), 100 + 150 + 150, 2);
}

// ------------------------------------------------------------------------------------------------- routers, registry

TEST(Timeline, KilledRouterLosesNoMoreThanWhatItHad) {
  auto s = through_routers();
  small::happens(s, 1s + 3ms, verb::kill, small::router(0)).lasts = 1s;
  const auto r = run(s);
  EXPECT_LE(lost(*r), 2U) << small::failures(*r);
  EXPECT_EQ(lost(*r), small::failed(*r, cause::connection_reset_before_response));
}

TEST(Timeline, StoppedRouterLosesNothingAndComesBack) {
  auto s = through_routers();
  s.fleets[0].service_time = distribution::constant(50ms);
  small::happens(s, 1s, verb::stop, small::router(0)).lasts = 20ms;  // back before it has drained
  small::happens(s, 1500ms, verb::kill, small::router(1));
  const auto r = run(s);
  // What router 0 had in flight when it was started again, and router 1 when it was killed: 5 each at most. Then
  // router 0 carries everything alone, so it must be there.
  EXPECT_LE(lost(*r), 10U) << small::failures(*r);
  expect_failures_within(*r, 950ms, 1500ms);
}

TEST(Timeline, RegistryOutageLosesNothingThatIsKnown) {
  for (auto s : {through_routers(), polling()}) {
    s.registry.restart = scenarios::restart_mode::restored;
    small::happens(s, 1s, verb::kill, small::registry()).lasts = 1s;
    const auto r = run(s);
    EXPECT_EQ(lost(*r), 0U) << small::failures(*r);
  }
}

TEST(Timeline, RegistryThatComesBackEmptyIsBelievedUntilTheNextHeartbeats) {
  auto s = polling();
  small::happens(s, 1s, verb::kill, small::registry()).lasts = 1s;
  const auto r = run(s);
  EXPECT_EQ(lost(*r), small::failed(*r, cause::no_instance)) << small::failures(*r);
  expect_failures_within(*r, 2s, 2s + 300ms + 20ms + 200ms + 10ms);  // heartbeat, propagation, poll
}

TEST(Timeline, RegistryOutageWithoutKeepingTheLastListIsAnOutage) {
  auto s = polling();
  s.variants[0].router.discovery.outage = scenarios::on_outage::fail;
  small::happens(s, 1s, verb::kill, small::registry()).lasts = 1s;
  const auto r = run(s);
  EXPECT_EQ(lost(*r), small::failed(*r, cause::registry_unavailable)) << small::failures(*r);
  EXPECT_GE(lost(*r), 70U);
  // Back-off and the next poll come on top.
  expect_failures_within(*r, 1s, 4s);
}

// ------------------------------------------------------------------------------------------------- views

TEST(Views, PollingClientsAreStaleForAPollAtMost) {
  auto s = polling();
  small::happens(s, 1s, verb::deregister, small::one_of(0, 0));
  const auto r = run(s);
  record::histogram staleness;
  std::uint32_t fewest = 99;
  for (const auto& b : r->buckets) {
    staleness.merge(b.staleness);
    fewest = std::min(fewest, b.views.known.worst);
  }
  EXPECT_EQ(fewest, 1U);  // of two
  for (const auto& c : r->view_changes) {
    if (c.at > instant{}) {
      EXPECT_GE(c.at, instant{} + 1s);
      EXPECT_LE(c.at, instant{} + 1s + 20ms + 200ms + 10ms);
    }
  }
}

TEST(Views, ADeadInstanceStaysInViewUntilItsLeaseLapses) {
  for (auto s : {through_routers(), polling()}) {
    small::happens(s, 1s, verb::kill, small::one_of(0, 0));
    const auto r = run(s);
    std::uint32_t dead = 0;
    std::int64_t dead_time = 0, viewers = static_cast<std::int64_t>(r->viewers.size());
    for (const auto& b : r->buckets) {
      dead = std::max(dead, b.views.dead.worst);
      dead_time += b.views.dead.integral;
    }
    EXPECT_EQ(dead, 1U);
    EXPECT_GE(dead_time, viewers * duration(600ms).count());
    EXPECT_LE(dead_time, viewers * duration(900ms + 100ms + 20ms + 200ms + 10ms).count());
    record::histogram staleness;
    for (const auto& b : r->buckets) staleness.merge(b.staleness);
    EXPECT_GE(staleness.quantile(0.5), 600ms);
    EXPECT_LE(staleness.quantile(0.5), 1300ms);
  }
}

}  // namespace
}  // namespace meshgauge::run
