#include "harness/record/recorder.hpp"

#include <gtest/gtest.h>

#include "harness/record/example_scenario_test.hpp"
#include "harness/record/save.hpp"

namespace meshgauge::record {
namespace {

using namespace std::chrono_literals;

instant at(duration d) {
  return instant{} + d;
}

using example::two_phases;

request ok_request(std::uint64_t number, duration due, duration took = 5ms) {
  return {.number = number, .due = at(due), .sent = at(due), .end = at(due + took), .status = 200};
}

request refused_request(std::uint64_t number, duration due) {
  return {.number = number,
          .due = at(due),
          .sent = at(due),
          .end = at(due + 1ms),
          .status = 502,
          .why = cause::connection_refused};
}

attempt to(std::uint32_t instance, std::uint64_t number, truth then = truth::serving, duration sent = 0s) {
  return {.request = number, .chooser = 0, .instance = instance, .then = then, .sent = at(sent), .end = at(sent + 1ms)};
}

const bucket* bucket_starting(const result& r, duration start) {
  for (const bucket& b : r.buckets) {
    if (b.start == at(start)) return &b;
  }
  return nullptr;
}

TEST(Recorder, CountsARequestInTheBucketOfItsDueTimeHoweverLateItEnds) {
  const auto s = two_phases();
  recorder rec(s, 0, 1, scenarios::engine::sim);
  rec.add_instance(0, 0, 0, "v1", 1);
  rec.attempted(to(0, 0));
  rec.ended(ok_request(1, 2950ms));
  rec.ended(ok_request(0, 250ms, 2500ms));
  const auto r = rec.finish(at(4s), 7, 8);
  EXPECT_TRUE(r->invariant_violations.empty()) << r->invariant_violations.front();
  const bucket* b = bucket_starting(*r, 200ms);
  ASSERT_NE(b, nullptr);
  EXPECT_EQ(b->requests, 1u);
  EXPECT_EQ(b->attempts, 1u);
  EXPECT_EQ(b->latency.max, 2500ms);
  EXPECT_EQ(r->buckets.back().end, at(3s));
  EXPECT_EQ(r->buckets.size(), 30u);
}

TEST(Recorder, AStragglerOfAFoldedBucketIsCountedThere) {
  const auto s = two_phases(60s);
  recorder rec(s, 0, 1, scenarios::engine::sim);
  rec.add_instance(0, 0, 0, "", 1);
  rec.ended(ok_request(1, 10ms));
  rec.ended(ok_request(2, 50s));
  rec.attempted(to(0, 0));
  rec.ended(ok_request(0, 20ms, 55s));
  const auto r = rec.finish(at(60s), 0, 0);
  EXPECT_EQ(r->buckets[0].requests, 2u);
  EXPECT_EQ(r->buckets[0].latency.count, 2u);
  EXPECT_EQ(r->buckets[0].latency.min, 5ms);
  EXPECT_EQ(r->buckets[0].latency.max, 55s);
  EXPECT_EQ(r->buckets[0].instances, (std::vector<instance_count>{{0, 1}}));
}

TEST(Recorder, RetriesAreAttemptsBeyondTheFirstOfCallerOrRouter) {
  const auto s = two_phases();
  recorder rec(s, 0, 1, scenarios::engine::sim);
  rec.add_instance(0, 0, 0, "", 1);
  rec.attempted(to(0, 0));
  rec.attempted(to(0, 0));
  rec.attempted(to(0, 0));
  request r0 = ok_request(0, 0ms);
  r0.attempts = 1;  // a router's retries
  rec.ended(r0);
  rec.attempted(to(0, 1));
  request r1 = ok_request(1, 1ms);
  r1.attempts = 2;  // one router could not be reached
  rec.ended(r1);
  const auto r = rec.finish(at(3s), 0, 0);
  EXPECT_EQ(r->buckets[0].attempts, 4u);
  EXPECT_EQ(r->buckets[0].retries, 3u);
}

TEST(Recorder, AnAttemptReportedAfterItsRequestGaveUpCountsWhereTheRequestWasDue) {
  const auto s = two_phases();
  recorder rec(s, 0, 1, scenarios::engine::sim);
  rec.add_instance(0, 0, 0, "", 1);
  request r0 = refused_request(0, 50ms);
  r0.why = cause::deadline_exceeded;
  r0.status = 0;
  rec.ended(r0);
  rec.attempted(to(0, 0, truth::stopped, 1500ms));
  const auto r = rec.finish(at(3s), 0, 0);
  EXPECT_EQ(r->buckets[0].attempts, 1u);
  EXPECT_EQ(r->buckets[0].routed_to[static_cast<std::size_t>(truth::stopped)], 1u);
  EXPECT_EQ(r->buckets[0].retries, 0u);
  EXPECT_EQ(r->late_attempts, 1u);
  EXPECT_TRUE(r->invariant_violations.empty());
}

TEST(Recorder, AFailureIsCountedByCauseAndByTheTruthOfItsLastAttempt) {
  const auto s = two_phases();
  recorder rec(s, 0, 1, scenarios::engine::sim);
  rec.add_instance(0, 0, 0, "", 1);
  rec.add_instance(0, 1, 0, "", 1);
  attempt first = to(0, 0, truth::draining);
  first.view_age = 300ms;
  attempt second = to(1, 0, truth::stopped);
  second.view_age = 400ms;
  rec.attempted(first);
  rec.attempted(second);
  rec.ended(refused_request(0, 10ms));
  const auto r = rec.finish(at(3s), 0, 0);
  ASSERT_EQ(r->buckets[0].failures.size(), 1u);
  EXPECT_EQ(r->buckets[0].failures[0], (failure_count{.why = cause::connection_refused,
                                                      .then = truth::stopped,
                                                      .status = 502,
                                                      .count = 1,
                                                      .attempts = 2,
                                                      .view_age_min = 400ms,
                                                      .view_age_max = 400ms}));
  ASSERT_EQ(r->samples.size(), 1u);
  EXPECT_EQ(r->samples[0].attempts, (std::vector<attempt>{first, second}));
}

TEST(Recorder, SamplesEachCauseAndNotItsBeginning) {
  const auto s = two_phases();
  recorder rec(s, 0, 1, scenarios::engine::sim);
  for (std::uint64_t n = 0; n < 2000; ++n) rec.ended(refused_request(n, duration(n * 1ms)));
  request odd = refused_request(2000, 2s);
  odd.why = cause::no_instance;
  rec.ended(odd);
  const auto r = rec.finish(at(3s), 0, 0);
  ASSERT_EQ(r->samples.size(), 4u);
  EXPECT_EQ(r->samples[0].what.why, cause::no_instance);
  EXPECT_GT(r->samples[3].what.number, 100u);
  EXPECT_LT(r->samples[1].what.due, r->samples[2].what.due);
}

TEST(Recorder, TheSampleDependsOnTheFailuresAndNotOnTheirOrder) {
  const auto s = two_phases();
  recorder forward(s, 0, 1, scenarios::engine::sim), backward(s, 0, 1, scenarios::engine::sim);
  for (std::uint64_t n = 0; n < 500; ++n) {
    forward.ended(refused_request(n, 1ms));
    backward.ended(refused_request(499 - n, 1ms));
  }
  EXPECT_EQ(forward.finish(at(3s), 0, 0)->samples, backward.finish(at(3s), 0, 0)->samples);
}

TEST(Recorder, EventsCutBucketsAndMakeWindows) {
  auto s = two_phases();
  s.timeline.push_back(example::event("rollout", example::moment("nowhere")));
  scenarios::scope& scope = s.expect.emplace_back().scope;
  scope.what = scenarios::scope::kind::within;
  scope.from = example::moment("rollout", scenarios::edge::end);
  scope.has_from = true;
  scope.slice = 250ms;
  recorder rec(s, 0, 1, scenarios::engine::sim);
  rec.ended(ok_request(0, 1120ms, 1ms));
  rec.event_started(at(1130ms), 0, "payments");
  rec.ended(ok_request(1, 1140ms, 1ms));
  rec.event_ended(at(1270ms), 0);
  const auto r = rec.finish(at(3s), 0, 0);
  const window* w = r->window_named("rollout");
  ASSERT_NE(w, nullptr);
  EXPECT_EQ(w->start, at(1130ms));
  EXPECT_EQ(w->end, at(1270ms));
  EXPECT_FALSE(w->open);
  EXPECT_EQ(bucket_starting(*r, 1100ms)->requests, 1u);
  EXPECT_EQ(bucket_starting(*r, 1130ms)->requests, 1u);
  for (const duration slice : {1270ms, 1520ms, 2520ms}) EXPECT_NE(bucket_starting(*r, slice), nullptr);
  for (std::size_t i = 1; i < r->buckets.size(); ++i) EXPECT_EQ(r->buckets[i].start, r->buckets[i - 1].end);
}

TEST(Recorder, OffsetsBeforeAFixedEventAreCut) {
  auto s = two_phases();
  s.timeline.push_back(example::event("loss", example::moment("storm", scenarios::edge::start, 777ms)));
  scenarios::scope& scope = s.expect.emplace_back().scope;
  scope.what = scenarios::scope::kind::span;
  scope.from = example::moment("loss", scenarios::edge::start, -33ms);
  scope.to = example::moment("loss");
  scope.has_from = scope.has_to = true;
  recorder rec(s, 0, 1, scenarios::engine::sim);
  rec.event_started(at(1777ms), 0, "payments/0");
  const auto r = rec.finish(at(3s), 0, 0);
  EXPECT_NE(bucket_starting(*r, 1744ms), nullptr);
  EXPECT_NE(bucket_starting(*r, 1777ms), nullptr);
}

TEST(Recorder, LongRunsHaveCoarserBuckets) {
  const auto s = two_phases(3600s);
  recorder rec(s, 0, 1, scenarios::engine::sim);
  for (std::uint64_t n = 0; n < 36000; ++n) rec.ended(ok_request(n, duration(n * 100ms)));
  const auto r = rec.finish(at(3600s), 0, 0);
  EXPECT_EQ(r->bucket_width, 1s);
  EXPECT_EQ(r->buckets.size(), 3600u);
}

TEST(Recorder, ViewGaugesKeepTheWorstThatLastedAndTheMean) {
  const auto s = two_phases();
  recorder rec(s, 0, 1, scenarios::engine::sim);
  const auto a = rec.add_instance(0, 0, 0, "", 1), b = rec.add_instance(0, 1, 0, "", 1);
  const auto fresh = rec.add_viewer("c/0"), late = rec.add_viewer("c/1");
  const std::uint32_t both[] = {b, a}, only_b[] = {b};
  rec.truth_changed(at(0s), a, truth::serving);
  rec.truth_changed(at(0s), b, truth::serving);
  rec.view_changed(at(0s), fresh, 0, both);
  rec.view_changed(at(0s), late, 0, both);
  rec.truth_changed(at(150ms), a, truth::stopped);
  rec.view_changed(at(150ms), fresh, 0, only_b);  // at the same instant: nobody could see the wrong view
  rec.view_changed(at(175ms), late, 0, only_b);
  const auto r = rec.finish(at(3s), 0, 0);
  const view_gauges& g = r->buckets[1].views;
  EXPECT_EQ(g.viewer_time, (200ms).count() * 1000000);
  EXPECT_EQ(g.dead.worst, 1u);
  EXPECT_EQ(g.dead.integral, (25ms).count() * 1000000);
  EXPECT_EQ(g.known.worst, 1u);
  EXPECT_EQ(g.known.integral, (50 * 4 + 25 * 3 + 25 * 2) * 1000000LL);
  EXPECT_EQ(r->buckets[0].views.wrong.worst, 0u);
  EXPECT_EQ(r->buckets[1].staleness.count, 2u);
  EXPECT_EQ(r->buckets[1].staleness.max, 25ms);
  EXPECT_EQ(r->buckets[1].staleness.min, 0ms);
}

TEST(Recorder, AViewThatNeverLearnsIsAsStaleAsTheRestOfTheRun) {
  const auto s = two_phases();
  recorder rec(s, 0, 1, scenarios::engine::sim);
  const auto a = rec.add_instance(0, 0, 0, "", 1);
  const auto v = rec.add_viewer("c/0");
  const std::uint32_t list[] = {a};
  rec.truth_changed(at(0s), a, truth::serving);
  rec.view_changed(at(0s), v, 0, list);
  rec.truth_changed(at(1s), a, truth::stopped);
  const auto r = rec.finish(at(9s), 0, 0);
  EXPECT_EQ(bucket_starting(*r, 1s)->staleness.max, 2s);
}

TEST(Recorder, SaysWhichRequestsNeverEndedOrEndedTwice) {
  const auto s = two_phases();
  recorder rec(s, 0, 1, scenarios::engine::sim);
  rec.due_in_all(0, 3);
  rec.ended(ok_request(0, 0ms));
  rec.ended(ok_request(0, 0ms));
  const auto r = rec.finish(at(3s), 0, 0);
  EXPECT_EQ(r->invariant_violations, (std::vector<std::string>{"load checkout: 3 requests were due, 1 ended",
                                                               "1 requests ended more than once"}));
}

TEST(Recorder, AFailureWithoutACauseIsAViolation) {
  const auto s = two_phases();
  recorder rec(s, 0, 1, scenarios::engine::sim);
  request r0 = ok_request(0, 0ms);
  r0.status = 503;
  rec.ended(r0);
  EXPECT_EQ(rec.finish(at(3s), 0, 0)->invariant_violations,
            std::vector<std::string>{"1 failed requests have no cause"});
}

TEST(Recorder, ManyInFlightAreKeptApart) {
  auto s = two_phases();
  s.loads.push_back(example::load("other"));
  recorder rec(s, 0, 1, scenarios::engine::sim);
  for (std::uint32_t i = 0; i < 7; ++i) rec.add_instance(0, i, 0, "", 1);
  for (std::uint64_t n = 0; n < 5000; ++n) {
    attempt a = to(static_cast<std::uint32_t>(n % 7), n / 2);
    a.load = n % 2;
    rec.attempted(a);
  }
  for (std::uint64_t n = 0; n < 5000; ++n) {  // in another order
    const std::uint64_t m = n * 1237 % 5000;
    request r = ok_request(m / 2, duration((m % 3) * 1s));
    r.load = m % 2;
    rec.ended(r);
  }
  const auto r = rec.finish(at(3s), 0, 0);
  EXPECT_TRUE(r->invariant_violations.empty()) << r->invariant_violations.front();
  std::uint32_t attempts = 0;
  for (const bucket& b : r->buckets) attempts += b.attempts;
  EXPECT_EQ(attempts, 5000u);
}

TEST(Save, RoundTripIsExactAndEqualResultsGiveEqualBytes) {
  auto s = two_phases();
  s.timeline.push_back(example::event("loss", {}));
  auto make = [&] {
    recorder rec(s, 0, 18446744073709551615ULL, scenarios::engine::live);
    const auto a = rec.add_instance(0, 0, 0, "v1", 0.1);
    const auto v = rec.add_viewer("router/0");
    const std::uint32_t list[] = {a};
    rec.truth_changed(at(0s), a, truth::serving);
    rec.registry_changed(at(0s), 0, list);
    rec.view_changed(at(1ms), v, 0, list);
    rec.event_started(at(1s), 0, "kill \"payments/0\"");
    rec.attempted(to(a, 0, truth::stopped));
    rec.ended(refused_request(0, 1001ms));
    rec.ended(ok_request(1, 2s));
    rec.generator_late(3us);
    rec.truth_changed(at(2s), a, truth::stopped);
    return rec.finish(at(3s), 0xfedcba9876543210ULL, 42);
  };
  const auto one = make(), two = make();
  EXPECT_EQ(*one, *two);
  const std::string text = save(*one);
  EXPECT_EQ(text, save(*two));
  const loaded back = load(text);
  ASSERT_NE(back.value, nullptr) << back.error;
  EXPECT_EQ(*back.value, *one);
  EXPECT_EQ(save(*back.value), text);
}

TEST(Save, RefusesWhatIsNotAResultAndSaysWhere) {
  EXPECT_EQ(load("{").error, "not a result file: not JSON");
  EXPECT_EQ(load("[]").error, "not a result file: expected an object");
  EXPECT_EQ(load("{}").error, "not a result file: \"schema\" is missing");
  EXPECT_EQ(load(R"({"schema":"meshgauge/result-9"})").error,
            "not a result file: its schema is \"meshgauge/result-9\", this version reads \"meshgauge/result-1\"");
  const auto s = two_phases();
  recorder rec(s, 0, 1, scenarios::engine::sim);
  rec.ended(ok_request(0, 0ms));
  std::string text = save(*rec.finish(at(3s), 0, 0));
  const auto broken = [&](std::string_view from, std::string_view to) {
    std::string t = text;
    t.replace(t.find(from), from.size(), to);
    return load(t).error;
  };
  EXPECT_EQ(broken(R"("engine":"sim")", R"("engine":"sun")"),
            "not a result file: engine: \"sun\" is none of sim, live");
  EXPECT_EQ(broken(R"("requests":1)", R"("requests":-1)"),
            "not a result file: buckets[0].requests: expected a whole number from 0 to 4294967295");
  EXPECT_EQ(broken(R"("fleets":["payments"])", R"("fleets":"payments")"), "not a result file: fleets: expected a list");
}

}  // namespace
}  // namespace meshgauge::record
