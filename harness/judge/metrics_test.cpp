#include "harness/judge/metrics.hpp"

#include <gtest/gtest.h>

#include "harness/judge/example_runs_test.hpp"

namespace meshgauge::judge {
namespace {

using namespace std::chrono_literals;
using scenarios::reading;

instant at(duration d) {
  return instant{} + d;
}
const spans everything{{at(0s), at(3s)}};

/// Two instances, the second twice as heavy and serving for 1 of 3 s; three requests each second.
std::unique_ptr<record::result> uneven() {
  record::recorder rec(record::example::two_phases(), 0, 1, scenarios::engine::sim);
  const auto a = rec.add_instance(0, 0, 0, "v1", 1), b = rec.add_instance(0, 1, 0, "v2", 2);
  rec.truth_changed(at(0s), a, truth::serving);
  rec.truth_changed(at(1s), b, truth::serving);
  rec.truth_changed(at(2s), b, truth::draining);
  const std::pair<duration, std::uint32_t> sent[] = {{0ms, a},    {100ms, a},  {1000ms, b},
                                                     {1100ms, b}, {1200ms, b}, {2500ms, a}};
  std::uint64_t n = 0;
  for (const auto& [due, to] : sent) {
    rec.attempted({.request = n, .instance = to, .then = truth::serving, .sent = at(due), .end = at(due + 1ms)});
    rec.ended({.number = n++, .due = at(due), .sent = at(due), .end = at(due + 1ms), .status = 200});
  }
  return rec.finish(at(3s), 0, 0);
}

double value_of(const record::result& r, std::string_view metric, std::optional<scenarios::target> on = {},
                reading read = reading::natural) {
  return measure(r, metric, on, read, everything).value.value_or(-1);
}

TEST(Metrics, SharesAreDueByWeightAndTimeInService) {
  const auto r = uneven();
  const auto all = shares_of(*r, 0, everything);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_DOUBLE_EQ(all[0].due, 3.0 / 5);  // 1 x 3 s
  EXPECT_DOUBLE_EQ(all[1].due, 2.0 / 5);  // 2 x 1 s
  EXPECT_DOUBLE_EQ(all[1].got, 3.0 / 6);
  EXPECT_DOUBLE_EQ(value_of(*r, "share.max_over_mean"), 5.0 / 4);
  EXPECT_DOUBLE_EQ(value_of(*r, "share.min_over_mean"), 5.0 / 6);
}

TEST(Metrics, WhoServedForLessThanATenthHasNoShare) {
  EXPECT_EQ(shares_of(*uneven(), 0, {{at(0s), at(1050ms)}}).size(), 1u);
}

TEST(Metrics, ShareOfATargetAndOfAVersion) {
  scenarios::target on;
  on.all = false;
  on.first = on.last = 1;
  EXPECT_DOUBLE_EQ(value_of(*uneven(), "share", on), 0.5);
  EXPECT_DOUBLE_EQ(value_of(*uneven(), "version.v2"), 0.5);
  EXPECT_DOUBLE_EQ(value_of(*uneven(), "version.v3"), 0);
}

TEST(Metrics, ThroughputCountsAnswers) {
  auto r = uneven();
  EXPECT_DOUBLE_EQ(value_of(*r, "throughput"), 2);
  r->buckets[0].statuses[0].status = 0;
  EXPECT_DOUBLE_EQ(value_of(*r, "throughput"), 5.0 / 3);
}

TEST(Metrics, StatusesByClassAndOutcomesByCause) {
  record::result r = *uneven();
  record::bucket& b = r.buckets[0];
  b.statuses = {{0, 1}, {200, 5}, {404, 1}, {500, 1}, {503, 2}};
  b.failures = {{cause::deadline_exceeded, truth::serving, 0, 1, 1},
                {cause::queue_full, truth::serving, 503, 2, 2},
                {cause::upstream_5xx, truth::serving, 500, 1, 1}};
  EXPECT_EQ(value_of(r, "status.5xx"), 3);
  EXPECT_EQ(value_of(r, "status.404"), 1);
  EXPECT_EQ(value_of(r, "outcome.timeout"), 1);
  EXPECT_EQ(value_of(r, "outcome.overload"), 2);
  EXPECT_EQ(value_of(r, "outcome.error"), 1);
  EXPECT_EQ(value_of(r, "cause.queue-full"), 2);
}

TEST(Metrics, KnowsWhatARecordHolds) {
  for (const char* m : {"requests", "available", "status.503", "status.5xx", "latency.p99.9", "staleness.max",
                        "view.wrong", "view.known.mean", "share.gini", "routed_to.stopped", "cause.queue-full",
                        "version.v2", "generator.late.p99", "response.mean", "retries"}) {
    EXPECT_TRUE(is_recorded(m)) << m;
  }
  for (const char* m : {"status.6x", "latency.p999", "hop.p50", "inflight.max", "view.wrong.p50", "routed_to.unhealthy",
                        "cause.bad-luck", "latency", "generator.late"}) {
    EXPECT_FALSE(is_recorded(m)) << m;
  }
}

}  // namespace
}  // namespace meshgauge::judge
