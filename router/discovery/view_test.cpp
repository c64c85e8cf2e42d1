#include "router/discovery/view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meshgauge::discovery {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

instant at(duration d) {
  return instant{} + d;
}

registry::list_ptr list(std::uint64_t revision, std::initializer_list<std::pair<const char*, int>> instances = {}) {
  registry::service_list out{"pay", revision, {}};
  for (auto [id, port] : instances) {
    registry::instance what;
    what.service = "pay";
    what.id = id;
    what.port = static_cast<std::uint16_t>(port);
    out.instances.push_back(std::make_shared<const registry::instance>(what));
  }
  return std::make_shared<const registry::service_list>(std::move(out));
}

TEST(View, IsLoadingUntilTheFirstAnswerAndUnavailableIfThatFails) {
  view v;
  EXPECT_EQ(v.state(at(1s)), view_state::loading);
  v.failed(at(1s));
  EXPECT_EQ(v.state(at(1s)), view_state::unavailable);
  v.answered(list(1), at(2s));
  EXPECT_EQ(v.state(at(2s)), view_state::ready);
}

TEST(View, APolledViewAgesFromTheMomentItWasAskedFor) {
  view v;
  v.answered(list(1), at(2s));
  EXPECT_EQ(v.age(at(2s)), 0s);
  EXPECT_EQ(v.age(at(5s)), 3s);
  v.confirmed(at(6s));
  EXPECT_EQ(v.age(at(7s)), 1s);
}

TEST(View, AnOlderAnswerDoesNotMakeItOlder) {
  view v;
  v.answered(list(1), at(5s));
  v.answered(list(2), at(3s));
  EXPECT_EQ(v.age(at(6s)), 1s);
}

TEST(View, AWatchedViewIsCurrentUntilTheWatchBreaks) {
  view v;
  v.answered(list(1), at(1s));
  v.watching();
  EXPECT_EQ(v.age(at(100s)), 0s);
  v.failed(at(100s));
  EXPECT_EQ(v.age(at(103s)), 3s);
}

TEST(View, KeepLastKeepsItForEver) {
  view v;
  v.answered(list(1), at(0s));
  v.failed(at(1s));
  EXPECT_EQ(v.state(at(10h)), view_state::ready);
  EXPECT_TRUE(v.in_outage());
}

TEST(View, FailGivesNothingFromTheFirstFailureToTheNextAnswer) {
  view v({on_outage::fail, {}});
  v.answered(list(1), at(0s));
  EXPECT_EQ(v.state(at(1h)), view_state::ready) << "old, but nobody failed";
  v.failed(at(1h));
  EXPECT_EQ(v.state(at(1h)), view_state::unavailable);
  v.confirmed(at(1h + 1s));
  EXPECT_EQ(v.state(at(1h + 1s)), view_state::ready);
}

TEST(View, ExpireCountsFromTheLastCurrentMoment) {
  view v({on_outage::expire, 30s});
  v.answered(list(1), at(0s));
  v.watching();
  EXPECT_EQ(v.expires(), never);
  v.failed(at(100s));
  EXPECT_EQ(v.state(at(130s)), view_state::ready);
  EXPECT_EQ(v.expires(), at(130s) + 1ns);
  EXPECT_EQ(v.state(v.expires()), view_state::unavailable);
}

TEST(View, DiffNamesWhatCameWentAndChanged) {
  const auto before = list(1, {{"a", 1}, {"b", 1}, {"c", 1}});
  const auto after = list(2, {{"b", 1}, {"c", 2}, {"d", 1}});
  const auto d = diff(before.get(), after.get());
  EXPECT_THAT(d.added, ElementsAre("d"));
  EXPECT_THAT(d.removed, ElementsAre("a"));
  EXPECT_THAT(d.changed, ElementsAre("c"));
  EXPECT_TRUE(diff(before.get(), before.get()).empty());
  EXPECT_THAT(diff(nullptr, after.get()).added, ElementsAre("b", "c", "d"));
  EXPECT_THAT(diff(after.get(), nullptr).removed, ElementsAre("b", "c", "d"));
}

}  // namespace
}  // namespace meshgauge::discovery
