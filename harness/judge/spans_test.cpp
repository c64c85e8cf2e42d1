#include "harness/judge/spans.hpp"

#include <gtest/gtest.h>

#include "harness/judge/example_runs_test.hpp"

namespace meshgauge::judge {
namespace {

using namespace std::chrono_literals;
using example::during, example::in_every, example::within;
using record::window;
using record::example::moment;
using scenarios::edge;

instant at(duration d) {
  return instant{} + d;
}

record::result result() {
  record::result r;
  r.windows = {{"run", window::kind::run, true, false, at(0s), at(20s)},
               {"warm", window::kind::phase, false, false, at(0s), at(2s)},
               {"steady", window::kind::phase, true, false, at(2s), at(5s)},
               {"dark", window::kind::phase, true, false, at(5s), at(10s)},
               {"pause", window::kind::phase, false, false, at(10s), at(15s)},
               {"after", window::kind::phase, true, false, at(15s), at(20s)},
               {"outage", window::kind::event, false, false, at(6s), at(8s)},
               {"rollout", window::kind::event, false, true, at(16s), at(20s)}};
  return r;
}

TEST(Spans, MeasuredIsTheUnionOfMeasuredPhases) {
  EXPECT_EQ(window_spans(result(), "measured").value, (spans{{at(2s), at(10s)}, {at(15s), at(20s)}}));
}

TEST(Spans, MomentsCountFromTheEdgesOfWindows) {
  EXPECT_EQ(resolve(result(), moment("outage", edge::end, 1500ms)).value, at(9500ms));
  EXPECT_EQ(resolve(result(), moment("dark", edge::start, -500ms)).value, at(4500ms));
  EXPECT_EQ(resolve(result(), moment("", edge::start, 3s)).value, at(3s));
  EXPECT_EQ(resolve(result(), moment("measured", edge::start)).value, at(2s));
}

TEST(Spans, TheEndOfWhatHasNotEndedIsNotKnown) {
  EXPECT_EQ(resolve(result(), moment("rollout", edge::end)).reason, "rollout had not ended when the run did");
  EXPECT_EQ(resolve(result(), during("rollout")).slices, (std::vector<spans>{{{at(16s), at(20s)}}}));
}

TEST(Spans, SlicesOfAWindowMayBeShortAtItsEnd) {
  const scoped s = resolve(result(), in_every(2s, "dark"));
  EXPECT_EQ(s.slices, (std::vector<spans>{{{at(5s), at(7s)}}, {{at(7s), at(9s)}}, {{at(9s), at(10s)}}}));
  EXPECT_TRUE(s.last_is_short);
  EXPECT_FALSE(resolve(result(), in_every(1s, "dark")).last_is_short);
}

TEST(Spans, SlicesOfAWindowMayBeginLater) {
  scenarios::scope scope = in_every(2s, "dark");
  scope.from = moment("outage", edge::end);
  scope.has_from = true;
  EXPECT_EQ(resolve(result(), scope).slices, (std::vector<spans>{{{at(8s), at(10s)}}}));
}

TEST(Spans, WithinGoesOnToTheEndOfTheShortestWindowThatHoldsIt) {
  EXPECT_EQ(resolve(result(), within(1s, moment("outage"))).slices, (std::vector<spans>{{{at(7s), at(8s)}}}));
  EXPECT_EQ(resolve(result(), within(1s, moment("outage", edge::end))).slices,
            (std::vector<spans>{{{at(9s), at(10s)}}}));
  // 3 s after the outage's end, dark is over: the run is what goes on.
  EXPECT_EQ(resolve(result(), within(3s, moment("outage", edge::end))).slices.size(), 9u);
}

TEST(Spans, WithinStopsWhereItIsTold) {
  scenarios::scope scope = within(1s, moment("outage"));
  scope.to = moment("after");
  scope.has_to = true;
  EXPECT_EQ(resolve(result(), scope).slices.size(), 8u);
}

TEST(Spans, ABucketBelongsToTheSpanThatHoldsItsMiddle) {
  record::result r = result();
  for (int i = 0; i < 10; ++i) {
    record::bucket b;
    b.start = at(i * 100ms);
    b.end = at(i * 100ms + 100ms);
    b.requests = static_cast<std::uint32_t>(i);
    r.buckets.push_back(b);
  }
  std::vector<std::uint32_t> got;
  for_each_bucket(r, {{at(140ms), at(320ms)}, {at(700ms), at(800ms)}},
                  [&](const record::bucket& b) { got.push_back(b.requests); });
  EXPECT_EQ(got, (std::vector<std::uint32_t>{1, 2, 7}));
}

}  // namespace
}  // namespace meshgauge::judge
