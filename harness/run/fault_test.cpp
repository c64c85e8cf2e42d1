#include <gtest/gtest.h>

#include <set>

#include "harness/run/small_test.hpp"

/// What each fault does to callers, by what a run records: the same arithmetic as timeline_test.cpp. And that a fault
/// has the same cause whoever discovers, and in the live world.

namespace meshgauge::run {
namespace {

using namespace std::chrono_literals;
using scenarios::fault_kind;
using scenarios::verb;
using small::placement;
using small::refresh;

std::unique_ptr<record::result> run(scenarios::scenario s, scenarios::engine engine = scenarios::engine::sim) {
  s.run.samples = 100'000;
  for (auto& f : s.fleets) f.startup = distribution::constant({});
  outcome o = run_once(s, 0, {.seed = 1, .engine = engine});
  EXPECT_EQ(o.problem, "");
  EXPECT_NE(o.result, nullptr);
  EXPECT_TRUE(o.result->invariant_violations.empty()) << o.result->invariant_violations.front();
  return std::move(o.result);
}
void expect_failures_within(const record::result& r, duration from, duration to) {
  for (const auto& s : r.samples) {
    EXPECT_GE(s.what.due, instant{} + from) << name_of(s.what.why);
    EXPECT_LE(s.what.due, instant{} + to) << name_of(s.what.why);
  }
}
std::uint32_t lost(const record::result& r) {
  return small::requests(r) - small::ok(r);
}
duration slowest(const record::result& r) {
  record::histogram all;
  for (const auto& b : r.buckets) all.merge(b.latency);
  return all.quantile(1);
}
duration median(const record::result& r) {
  record::histogram all;
  for (const auto& b : r.buckets) all.merge(b.latency);
  return all.quantile(0.5);
}

scenarios::scenario fixed() {
  auto s = small::mesh(placement::fixed, refresh::once, 3s);
  s.variants[0].router.timeout = 200ms;
  return s;
}

struct expected {
  fault_kind kind;
  double rate;
  bool keep_alive;
  cause why;
  unsigned status;
  int count, off_by;
  duration early;  ///< a request that was due so much before the fault can still meet it
};
void PrintTo(const expected& e, std::ostream* out) {
  *out << "fault " << static_cast<int>(e.kind) << " at rate " << e.rate;
}
class AFault : public testing::TestWithParam<expected> {};

TEST_P(AFault, HitsItsInstanceWhileItLastsAndNobodyElse) {
  const expected& x = GetParam();
  auto s = fixed();
  s.loads[0].keepalive = x.keep_alive;
  auto& e = small::fails(s, 1s, x.kind, small::one_of(0, 0));
  e.fault.rate = x.rate;
  e.fault.status = x.status;
  e.lasts = 1s;
  const auto r = run(s);
  EXPECT_NEAR(small::failed(*r, x.why, truth::serving), x.count, x.off_by) << small::failures(*r);
  EXPECT_EQ(lost(*r), small::failed(*r, x.why)) << small::failures(*r);
  EXPECT_EQ(small::status(*r, x.status), lost(*r));
  expect_failures_within(*r, 1s - x.early, 2s);
}

INSTANTIATE_TEST_SUITE_P(Kinds, AFault,
                         testing::Values(
                             // A request that comes within 200 ms of the end of a pause is answered late, but answered.
                             expected{fault_kind::pause, 1, true, cause::response_timeout, 504, 40, 2, 10ms},
                             expected{fault_kind::hang, 1, true, cause::response_timeout, 504, 50, 1, 0ms},
                             expected{fault_kind::hang, 0.5, true, cause::response_timeout, 504, 25, 10, 0ms},
                             expected{fault_kind::error, 1, true, cause::upstream_5xx, 500, 50, 1, 0ms},
                             expected{fault_kind::error, 0.2, true, cause::upstream_5xx, 503, 10, 7, 0ms},
                             expected{fault_kind::reset, 1, true, cause::connection_reset_before_response, 502, 50, 1,
                                      0ms},
                             expected{fault_kind::refuse, 1, false, cause::connection_refused,
                                      status_of(cause::connection_refused), 50, 1, 0ms},
                             // Kept connections are not asked again.
                             expected{fault_kind::refuse, 1, true, cause::connection_refused,
                                      status_of(cause::connection_refused), 0, 0, 0ms}));

TEST(Faults, SlowMultipliesAndAddsToTheWork) {
  auto s = fixed();
  auto& e = small::fails(s, 1s, fault_kind::slow, small::one_of(0, 0));
  e.fault.factor = 20;
  e.fault.extra = distribution::constant(10ms);
  e.lasts = 1s;
  const auto r = run(s);
  EXPECT_EQ(lost(*r), 0U) << small::failures(*r);
  EXPECT_GE(slowest(*r), 110ms);
  EXPECT_LE(slowest(*r), 114ms);
  EXPECT_LE(median(*r), 6ms);
}

TEST(Faults, BlackholeIsSilence) {
  for (const bool keep_alive : {false, true}) {
    auto s = fixed();
    s.loads[0].keepalive = keep_alive;
    s.variants[0].router.timeout = 300ms;
    small::fails(s, 1s, fault_kind::blackhole, small::one_of(0, 0)).lasts = 1s;
    const auto r = run(s);
    const auto connect = small::failed(*r, cause::connect_timeout),
               response = small::failed(*r, cause::response_timeout);
    EXPECT_EQ(lost(*r), connect + response) << small::failures(*r);
    EXPECT_NEAR(lost(*r), 50 - (keep_alive ? 13 : 12), 4) << small::failures(*r);
    EXPECT_GE(connect, 30U);
    expect_failures_within(*r, 990ms, 2s);
  }
}

TEST(Faults, DelayAddsToTheWayFromItsTarget) {
  auto s = fixed();
  auto& e = small::fails(s, 1s, fault_kind::delay, small::one_of(0, 0));
  e.fault.extra = distribution::constant(20ms);
  e.lasts = 1s;
  const auto r = run(s);
  EXPECT_EQ(lost(*r), 0U);
  EXPECT_GE(slowest(*r), 25ms);
  EXPECT_LE(slowest(*r), 47ms);  // twice for whoever needs a new connection meanwhile
}

TEST(Faults, DelayBetweenTwoLeavesOthersAlone) {
  auto s = small::mesh(placement::server, refresh::watch, 3s);
  auto& e = small::fails(s, 1s, fault_kind::delay, {});
  e.between = true;
  e.from = small::router(0);
  e.to = small::one_of(0, 0);
  e.fault.extra = distribution::constant(20ms);
  e.lasts = 1s;
  const auto r = run(s);
  EXPECT_EQ(lost(*r), 0U);
  EXPECT_GE(slowest(*r), 25ms);
  EXPECT_LE(slowest(*r), 28ms);
  std::uint32_t late = 0;
  for (const auto& b : r->buckets) late += b.requests > 0 && b.latency.quantile(1) > 20ms;
  EXPECT_GT(late, 0U);
  EXPECT_LE(median(*r), 7ms);  // three of four ways are as ever
}

TEST(Faults, HealEndsWhatHasNoEnd) {
  for (const fault_kind kind : {fault_kind::hang, fault_kind::pause, fault_kind::error, fault_kind::blackhole}) {
    auto s = fixed();
    small::fails(s, 1s, kind, small::one_of(0, 0)).name = "trouble";
    small::happens(s, 1500ms, verb::heal, small::all_of(0));
    const auto r = run(s);
    EXPECT_GE(lost(*r), 10U);
    expect_failures_within(*r, 990ms, 1500ms);
    const record::window* w = r->window_named("trouble");
    ASSERT_NE(w, nullptr);
    EXPECT_FALSE(w->open);
    EXPECT_EQ(w->end, instant{} + 1500ms);
  }
}

TEST(Faults, PartitionCutsItsTargetOffFromEverybody) {
  auto s = fixed();
  small::happens(s, 1s, verb::partition, small::one_of(0, 0)).lasts = 1s;
  const auto r = run(s);
  EXPECT_EQ(lost(*r), small::failed(*r, cause::connect_timeout) + small::failed(*r, cause::response_timeout));
  EXPECT_NEAR(lost(*r), 40, 4) << small::failures(*r);
}

TEST(Faults, PartitionFromSomebodyLeavesTheRestConnected) {
  auto s = small::mesh(placement::server, refresh::watch, 3s);
  s.variants[0].router.timeout = 200ms;
  auto& e = small::happens(s, 1s, verb::partition, small::one_of(0, 0));
  e.between = true;
  e.to = small::one_of(0, 0);
  e.from = small::router(0);
  e.lasts = 1s;
  const auto r = run(s);
  EXPECT_EQ(lost(*r), small::failed(*r, cause::connect_timeout) + small::failed(*r, cause::response_timeout));
  EXPECT_NEAR(lost(*r), 20, 5) << small::failures(*r);  // one router in two, one instance in two
  expect_failures_within(*r, 990ms, 2s);
}

TEST(Faults, PartitionFromTheRegistryCostsTheLease) {
  auto s = small::mesh(placement::server, refresh::watch, 4s);
  auto& e = small::happens(s, 1s, verb::partition, {});
  e.between = true;
  e.to = small::one_of(0, 0);
  e.from = small::registry();
  e.lasts = 1500ms;
  const auto r = run(s);
  EXPECT_EQ(lost(*r), 0U) << small::failures(*r);
  // Away from about 1.8 s (lease) to 2.5 s and a retry.
  EXPECT_LE(small::attempts_at(*r, "payments/0"), 180U);
  EXPECT_GE(small::attempts_at(*r, "payments/0"), 120U);
}

scenarios::scenario overloaded(placement where) {
  auto s = small::mesh(where, where == placement::fixed ? refresh::once : refresh::watch, 2s);
  s.fleets[0].concurrency = 1;
  s.fleets[0].queue = 1;
  s.fleets[0].service_time = distribution::constant(50ms);
  return s;
}

TEST(Faults, AFullQueueIsSaidEverywhereAlike) {
  for (const placement where : {placement::fixed, placement::client, placement::server}) {
    const auto r = run(overloaded(where));
    EXPECT_EQ(lost(*r), small::failed(*r, cause::queue_full)) << small::failures(*r);
    EXPECT_EQ(lost(*r), small::status(*r, 503));
    EXPECT_NEAR(small::ok(*r), 2 * 2 * 20, 6);  // what two workers can do in 2 s
  }
}

TEST(Faults, AFullQueueUnderAFaultIsStillAFullQueue) {
  auto s = overloaded(placement::server);
  s.fleets[0].service_time = distribution::constant(5ms);
  small::fails(s, 0s, fault_kind::slow, small::all_of(0)).fault.factor = 10;
  const auto r = run(s);
  EXPECT_GE(small::failed(*r, cause::queue_full), 100U);
  EXPECT_EQ(lost(*r), small::failed(*r, cause::queue_full)) << small::failures(*r);
}

// ------------------------------------------------------------------------------------------------- alike everywhere

std::set<cause> causes(const record::result& r) {
  std::set<cause> out;
  for (const auto& b : r.buckets) {
    for (const auto& f : b.failures) out.insert(f.why);
  }
  return out;
}

TEST(Faults, CausesDoNotDependOnWhoDiscovers) {
  for (const fault_kind kind : {fault_kind::hang, fault_kind::error, fault_kind::reset, fault_kind::pause}) {
    std::set<cause> seen[2];
    for (const placement where : {placement::client, placement::server}) {
      auto s = small::mesh(where, refresh::watch, 2s);
      s.variants[0].router.timeout = 200ms;
      s.registry.lease = 10s;
      small::fails(s, 1s, kind, small::one_of(0, 0)).lasts = 500ms;
      const auto r = run(s);
      EXPECT_GE(lost(*r), 10U);
      seen[where == placement::server] = causes(*r);
    }
    EXPECT_EQ(seen[0], seen[1]) << "fault " << static_cast<int>(kind);
    EXPECT_EQ(seen[0].size(), 1U);
  }
}

TEST(LiveFaults, AreWhatTheyAreInSimulation) {
  struct row {
    verb what;
    fault_kind kind;
    cause why;
  };
  for (const row& x :
       {row{verb::kill, {}, cause::connection_refused}, row{verb::fault, fault_kind::hang, cause::response_timeout},
        row{verb::fault, fault_kind::pause, cause::response_timeout},
        row{verb::fault, fault_kind::error, cause::upstream_5xx},
        row{verb::fault, fault_kind::reset, cause::connection_reset_before_response}}) {
    auto s = fixed();
    s.phases[0] = record::example::phase("steady", {}, 900ms);
    s.variants[0].router.timeout = 100ms;
    auto& e = small::happens(s, 300ms, x.what, small::one_of(0, 0));
    e.fault.kind = x.kind;
    e.lasts = 300ms;
    for (const auto engine : {scenarios::engine::sim, scenarios::engine::live}) {
      SCOPED_TRACE(fmt::format("{} on engine {}", name_of(x.why), static_cast<int>(engine)));
      const auto r = run(s, engine);
      EXPECT_NEAR(small::requests(*r), 90, 1);
      EXPECT_GE(small::failed(*r, x.why), 6U) << small::failures(*r);
      EXPECT_LE(small::failed(*r, x.why), 18U) << small::failures(*r);
      EXPECT_LE(lost(*r) - small::failed(*r, x.why), 2U) << small::failures(*r);
      expect_failures_within(*r, 250ms, 650ms);
    }
  }
}

TEST(LiveFaults, DeregisteringLosesNothing) {
  auto s = small::mesh(placement::server, refresh::watch, 1s);
  s.fleets[0].shutdown[1].time = 100ms;
  small::happens(s, 300ms, verb::stop, small::one_of(0, 0));
  for (const auto engine : {scenarios::engine::sim, scenarios::engine::live}) {
    const auto r = run(s, engine);
    EXPECT_EQ(lost(*r), 0U) << small::failures(*r);
    EXPECT_LE(small::attempts_at(*r, "payments/0"), 25U);
  }
}

}  // namespace
}  // namespace meshgauge::run
