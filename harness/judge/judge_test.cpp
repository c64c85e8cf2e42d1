#include "harness/judge/judge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/judge/again.hpp"
#include "harness/judge/evaluate.hpp"
#include "harness/judge/example_runs_test.hpp"
#include "harness/judge/metrics.hpp"

namespace meshgauge::judge {
namespace {

using namespace example;
using enum scenarios::comparison;
using testing::HasSubstr;

/// `e` alone on the client of small_loss, judged on `seeds` seeds.
check judged_alone(scenarios::expectation e, std::uint64_t seeds = 1, scenarios::scenario s = small_loss()) {
  s.expect = {std::move(e)};
  const runs r(s, seeds);
  return judge_one(s, 0, s.variants[s.expect[0].variants.at(0)].name, r.all);
}

check on_client(scenarios::expression left, scenarios::comparison c, scenarios::expression right,
                scenarios::scope scope = {}, std::uint64_t seeds = 1) {
  scenarios::expectation e = expect("e", std::move(left), c, std::move(right), {0});
  e.scope = std::move(scope);
  return judged_alone(std::move(e), seeds);
}

TEST(Judge, AnAbsoluteExpectationMustHoldInEverySeed) {
  const check c = on_client({of("status.502")}, le, {number(125)}, {}, 4);  // the lag differs from seed to seed
  std::size_t good = 0;
  for (const seed_value& v : c.seeds) good += *v.measured <= 125;
  ASSERT_GT(good, 0u);
  ASSERT_LT(good, 4u);
  EXPECT_EQ(c.what, verdict::fail);
  EXPECT_EQ(c.holds_in, good);
  EXPECT_EQ(c.rule, scenarios::judge_rule::every);
}

TEST(Judge, TheMedianRuleLooksAtTheMedianAlone) {
  scenarios::expectation e = expect("e", {of("status.502")}, le, {number(0)}, {0});
  e.judge = scenarios::judge_rule::median;
  const check first = judged_alone(e, 5);
  e.right = {number(*first.median)};
  EXPECT_EQ(judged_alone(e, 5).what, verdict::pass);
  e.right = {number(*first.median - 1)};
  EXPECT_EQ(judged_alone(e, 5).what, verdict::fail);
}

TEST(Judge, MeasuresInTheReadingTheOtherSideAsksFor) {
  const check count = on_client({of("status.502", "", "", scenarios::reading::count)}, eq, {number(0)});
  const check share =
      on_client({of("status.502", "", "", scenarios::reading::share)}, eq, {number(0, quantity::unit::share)});
  const check rate =
      on_client({of("status.502", "", "", scenarios::reading::rate)}, eq, {number(0, quantity::unit::rate)});
  EXPECT_DOUBLE_EQ(*share.median * 10000, *count.median);  // 10 s measured at 1000/s
  EXPECT_DOUBLE_EQ(*rate.median * 10, *count.median);
}

TEST(Judge, AWindowWithoutRequestsIsInconclusive) {
  scenarios::scenario s = small_loss();
  s.phases.push_back(record::example::phase("night", 12s, 13s));
  scenarios::expectation e = expect("e", {of("status.5xx")}, eq, {number(0)}, {0});
  e.scope = during("night");
  const check c = judged_alone(e, 1, s);
  EXPECT_EQ(c.what, verdict::inconclusive);
  EXPECT_EQ(c.reason, "no request in the window");
  e.left = {of("requests")};
  e.compare = ge;
  e.right = {number(1)};
  EXPECT_EQ(judged_alone(e, 1, s).what, verdict::fail);  // asks exactly that
}

TEST(Judge, APercentileOfTooFewSamplesIsInconclusive) {
  const check c = on_client({of("latency.p99.99")}, le, {seconds(9)});
  EXPECT_EQ(c.what, verdict::inconclusive);
  EXPECT_EQ(c.reason, "p99.99 wants 50000 samples, there are 10000");
  EXPECT_EQ(on_client({of("latency.p99.9")}, le, {seconds(9)}).what, verdict::pass);
}

TEST(Judge, PercentilesWantFiveSamplesBeyondThem) {
  EXPECT_EQ(samples_wanted(0.5), 10u);
  EXPECT_EQ(samples_wanted(0.99), 500u);
  EXPECT_EQ(samples_wanted(0.999), 5000u);
}

scenarios::expectation hop_within(double factor) {
  scenarios::expectation e = expect("e", {of("latency.p50", "server")}, le,
                                    {number(factor), of("latency.p50", "client"), op(term::kind::multiply)}, {1});
  e.compares_variants = true;
  return e;
}

TEST(Judge, AnIntervalOfFewerThanSixSeedsIsInconclusive) {
  const check c = judged_alone(hop_within(1.3), 5);
  EXPECT_EQ(c.what, verdict::inconclusive);
  EXPECT_EQ(c.reason, "5 seeds, a 95 % interval wants 6");
}

TEST(Judge, AComparisonOfVariantsHoldsOrFailsByItsWholeInterval) {
  const check holds = judged_alone(hop_within(1.3), 6);
  EXPECT_EQ(holds.rule, scenarios::judge_rule::ci);
  EXPECT_EQ(holds.what, verdict::pass) << holds.reason;
  ASSERT_TRUE(holds.ratio);
  EXPECT_LT(holds.ratio->high, 1);
  EXPECT_EQ(judged_alone(hop_within(1.01), 6).what, verdict::fail);
  const check open = judged_alone(hop_within(1.3 * holds.ratio->median), 6);
  EXPECT_EQ(open.what, verdict::inconclusive);
  EXPECT_THAT(open.reason, HasSubstr("which contains 1"));
}

TEST(Judge, AVariantThatWasNotRunOnTheSeedIsInconclusive) {
  scenarios::scenario s = small_loss();
  s.expect = {hop_within(1.3)};
  const auto only = run(s, 1, 1);
  const record::result* all[] = {only.get()};
  EXPECT_THAT(judge_one(s, 0, "server", all).reason, HasSubstr("client was not run on this seed"));
}

TEST(Judge, ALateGeneratorMakesTimesInconclusiveAndLeavesCounts) {
  scenarios::scenario s = small_loss();
  s.expect = {expect("t", {of("latency.p50")}, le, {seconds(0.04)}, {0}),
              expect("c", {of("status.5xx")}, eq, {number(0)}, {0})};
  auto late = run(s, 0, 1);
  for (int i = 0; i < 100; ++i) late->generator_late.add(3ms);
  const record::result* all[] = {late.get()};
  const check t = judge_one(s, 0, "client", all);
  EXPECT_EQ(t.what, verdict::inconclusive);
  EXPECT_EQ(t.reason, "the generator was 3 ms late (p50), more than 5 % of the limit");
  EXPECT_EQ(judge_one(s, 1, "client", all).what, verdict::fail);
}

TEST(Judge, AGeneratorIsLateAtThePercentileInQuestion) {
  scenarios::scenario s = small_loss();
  s.expect = {expect("half", {of("latency.p50")}, le, {seconds(10)}, {0}),
              expect("most", {of("latency.p99")}, le, {seconds(10)}, {0})};
  auto late = run(s, 0, 1);
  for (int i = 0; i < 90; ++i) late->generator_late.add(1us);
  for (int i = 0; i < 10; ++i) late->generator_late.add(2s);
  const record::result* all[] = {late.get()};
  EXPECT_EQ(judge_one(s, 0, "client", all).what, verdict::pass);
  EXPECT_EQ(judge_one(s, 1, "client", all).what, verdict::inconclusive);
}

TEST(Judge, AFaultThatNoRequestMetMakesAPassInconclusive) {
  scenarios::scenario s = small_loss();
  s.expect = {expect("e", {of("latency.p50")}, le, {seconds(1)}, {0})};
  scenarios::event slow = record::example::event("slow", record::example::moment("dark"));
  slow.verb = scenarios::verb::fault;
  slow.on.all = false;
  slow.on.first = slow.on.last = 1;
  s.timeline.push_back(slow);
  auto r = run(s, 0, 1);
  const record::result* all[] = {r.get()};
  // payments/1 is dead and forgotten from 8 s on; payments/0 is busy.
  r->events.push_back({instant{} + 8s, 1, record::fired_event::kind::started, "slow(20x) payments/1"});
  EXPECT_EQ(judge_one(s, 0, "client", all).reason, "no request met the fault \"slow(20x) payments/1\"");
  r->events.back().text = "slow(20x) payments/0";
  EXPECT_EQ(judge_one(s, 0, "client", all).what, verdict::pass);
}

TEST(Judge, AWindowThatNeverBeganIsInconclusive) {
  scenarios::scope scope = during("rollout");
  const check c = on_client({of("status.5xx")}, eq, {number(0)}, scope);
  EXPECT_EQ(c.what, verdict::inconclusive);
  EXPECT_EQ(c.reason, "rollout never began");
}

TEST(Judge, WhatIsNotRecordedIsInconclusive) {
  EXPECT_EQ(on_client({of("inflight.max")}, le, {number(9)}).reason, "inflight.max is not recorded");
}

TEST(Judge, EachSliceMustHoldAndTheWorstIsShown) {
  const check c = on_client({of("status.502")}, le, {number(50)}, in_every(100ms, "dark"));
  EXPECT_EQ(c.what, verdict::pass);
  EXPECT_TRUE(c.in_slices);
  EXPECT_EQ(*c.median, 34);  // every third of 100
  const check d = on_client({of("status.502")}, le, {number(33)}, in_every(100ms, "dark"));
  EXPECT_EQ(d.what, verdict::fail);
}

TEST(Judge, WithinLooksFromThenToTheEndOfWhatHoldsTheInstant) {
  scenarios::scope early = within(200ms, record::example::moment("loss"));
  scenarios::scope late = within(1s, record::example::moment("loss"));
  EXPECT_EQ(on_client({of("view.wrong")}, eq, {number(0)}, early).what, verdict::fail);
  EXPECT_EQ(on_client({of("view.wrong")}, eq, {number(0)}, late).what, verdict::pass);
}

TEST(Judge, AShortLastSliceIsJudgedOnlyWhereThatIsFair) {
  // 6 s in slices of 4 s: the second is 2 s long and has half the requests.
  EXPECT_EQ(on_client({of("requests")}, ge, {number(4000)}, in_every(4s, "dark")).what, verdict::pass);
  EXPECT_EQ(on_client({of("requests")}, le, {number(1999)}, in_every(4s, "dark")).what, verdict::fail);
}

TEST(Judge, ANumberOnTheLeftIsTheLimit) {
  const check c = on_client({number(0)}, eq, {of("status.502")});
  EXPECT_GT(*c.median, 100);
  EXPECT_EQ(*c.limit_min, 0);
}

TEST(Judge, SelectorsMayNameAWindowOfTheirOwn) {
  const check c = on_client({of("latency.p99")}, le,
                            {number(1.5), of("latency.p99", "", "steady"), op(term::kind::multiply)}, during("dark"));
  EXPECT_EQ(c.what, verdict::pass);
  EXPECT_EQ(c.unit, unit::time);
}

TEST(Judge, SaysWhenItBrokeAndAfterWhat) {
  const check c = on_client({of("status.502")}, eq, {number(0)});
  EXPECT_THAT(c.when,
              testing::MatchesRegex("seed 1: from 7.0 to 7.4 s, beginning right after kill payments/1 \\(loss\\)"));
}

TEST(Judge, SaysWhyByCauseAndTruth) {
  const check c = on_client({of("status.502")}, eq, {number(0)});
  EXPECT_THAT(c.why, testing::MatchesRegex("([0-9]+) of [0-9]+: connection refused; instance stopped and still in the "
                                           "view, view [0-9.]+ ... [0-9]+ ms behind"));
}

TEST(Judge, NamesTheInstanceThatGotTooMuch) {
  const check c = on_client({of("share.max_over_mean")}, le, {number(1, quantity::unit::factor)}, during("dark"));
  EXPECT_EQ(c.what, verdict::fail);
  EXPECT_THAT(c.why, HasSubstr("of the attempts, "));
}

TEST(Judge, TheCommandRunsTheFirstFailingSeedAgain) {
  scenarios::scenario s = small_loss();
  const runs r(s, 2);
  options o;
  o.overrides = {{"lag", "it's 5"}};
  const judged j = judge(s, r.all, o);
  EXPECT_EQ(
      again(j, j.checks[0]),
      "meshgauge run scenarios/small-loss.scenario.json --set 'lag=it'\\''s 5' --variant client --seed 1 --seeds 1 "
      "--only 1");
}

TEST(Judge, CountsChecksAndNotExpectations) {
  const scenarios::scenario s = small_loss();
  const runs r(s, 6);
  const judged j = judge(s, r.all);
  EXPECT_EQ(j.checks.size(), 14u);
  EXPECT_EQ(j.passed(), 7u);
  EXPECT_EQ(j.failed(), 4u);
  EXPECT_EQ(j.warnings(), 2u);
  EXPECT_EQ(j.count(verdict::inconclusive), 1u);
  EXPECT_TRUE(j.problems.empty());
  EXPECT_EQ(j.exit_code(false), 1);
  options one;
  one.only = 4;
  EXPECT_EQ(judge(s, r.all, one).exit_code(false), 3);
  EXPECT_EQ(judge(s, r.all, one).exit_code(true), 0);
  one.only = 8;
  EXPECT_EQ(judge(s, r.all, one).exit_code(false), 0);  // a warning breaks nothing
}

TEST(Judge, ComparesEveryVariantWithTheFirst) {
  const scenarios::scenario s = small_loss();
  const runs r(s, 6);
  options o;
  o.compare = true;
  const judged j = judge(s, r.all, o);
  ASSERT_TRUE(j.compared);
  for (const comparison_row& row : j.compared->rows) {
    if (row.metric == "latency.p50") {
      EXPECT_EQ(row.ratios[0].what, comparison_row::word::worse);
      EXPECT_NEAR(row.ratios[0].ratio->median, 1 + 1 / 12.0, 0.01);
    }
    if (row.metric == "status.502") {
      EXPECT_EQ(row.ratios[0].what, comparison_row::word::better);
    }
    if (row.metric == "available") {
      EXPECT_EQ(row.ratios[0].what, comparison_row::word::better);
    }
    if (row.metric == "status.504") {
      EXPECT_TRUE(row.equal_everywhere);
    }
  }
}

TEST(Patterns, MatchPartByPart) {
  EXPECT_TRUE(pattern_matches("p2c/*", "p2c/eject"));
  EXPECT_TRUE(pattern_matches("*/eject", "p2c/eject"));
  EXPECT_FALSE(pattern_matches("p2c/*", "rr/eject"));
  EXPECT_FALSE(pattern_matches("p2c", "p2c/eject"));
  EXPECT_TRUE(pattern_matches("server", "server"));
}

}  // namespace
}  // namespace meshgauge::judge
