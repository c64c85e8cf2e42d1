/// Each policy as a table of calls: exact where it is exact, a bound at many standard deviations where it draws.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "router/lb/balancer.hpp"

namespace meshgauge::lb {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

std::vector<endpoint> named(std::initializer_list<std::string_view> ids) {
  std::vector<endpoint> out;
  for (auto id : ids) out.push_back({id, 0, 1});
  return out;
}

std::string picks(auto& policy, const std::vector<endpoint>& list, int n, rng& r) {
  std::string out;
  for (int i = 0; i < n; ++i) out += list[*policy.pick(list, r, instant{})].id;
  return out;
}

TEST(RoundRobin, GoesRoundInOrderFromTheFirst) {
  round_robin policy;
  rng r(1);
  EXPECT_EQ(picks(policy, named({"a", "b", "c"}), 7, r), "abcabca");
}

TEST(RoundRobin, StartsWhereTold) {
  round_robin policy(4);
  rng r(1);
  EXPECT_EQ(picks(policy, named({"a", "b", "c"}), 4, r), "bcab");
}

TEST(RoundRobin, GoesOnWithTheNextIdWhenTheLastPickedLeaves) {
  round_robin policy;
  rng r(1);
  EXPECT_EQ(picks(policy, named({"a", "b", "c", "d"}), 2, r), "ab");
  EXPECT_EQ(picks(policy, named({"a", "c", "d"}), 4, r), "cdac");
}

TEST(RoundRobin, ServesANewcomerInItsTurnAndSkipsNobody) {
  round_robin policy;
  rng r(1);
  EXPECT_EQ(picks(policy, named({"b", "d", "f"}), 2, r), "bd");
  EXPECT_EQ(picks(policy, named({"a", "b", "d", "e", "f"}), 5, r), "efabd");
}

TEST(RoundRobin, WrapsWhenTheTailLeaves) {
  round_robin policy;
  rng r(1);
  EXPECT_EQ(picks(policy, named({"a", "b", "c"}), 3, r), "abc");
  EXPECT_EQ(picks(policy, named({"a", "b"}), 3, r), "aba");
}

TEST(RoundRobin, KeepsItsPlaceWhileTheListIsEmpty) {
  round_robin policy;
  rng r(1);
  EXPECT_EQ(picks(policy, named({"a", "b", "c"}), 1, r), "a");
  EXPECT_FALSE(policy.pick({}, r, instant{}));
  EXPECT_EQ(picks(policy, named({"a", "b", "c"}), 1, r), "b");
}

TEST(RoundRobin, SharesDifferByAtMostOneOverAStableList) {
  round_robin policy(3);
  rng r(1);
  const auto list = named({"a", "b", "c", "d", "e", "f", "g"});
  std::vector<int> count(7);
  for (int i = 0; i < 1000; ++i) ++count[*policy.pick(list, r, instant{})];
  const auto [low, high] = std::minmax_element(count.begin(), count.end());
  EXPECT_LE(*high - *low, 1);
}

TEST(RandomChoice, IsUniformAndNeverOutside) {
  random_choice policy;
  rng r(7);
  const auto list = named({"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"});
  std::vector<int> count(10);
  for (int i = 0; i < 100000; ++i) ++count[*policy.pick(list, r, instant{})];
  // sd = sqrt(100000 * 0.1 * 0.9) = 95; five of them.
  for (int c : count) EXPECT_NEAR(c, 10000, 475);
}

TEST(LeastRequest, TakesTheSmallestWhereverItStands) {
  rng r(1);
  auto list = named({"a", "b", "c", "d"});
  for (std::size_t best = 0; best < 4; ++best) {
    for (auto& e : list) e.in_flight = 5;
    list[best].in_flight = 4;
    EXPECT_EQ(least_request().pick(list, r, instant{}), best);
    EXPECT_EQ(least_request(tie::first).pick(list, r, instant{}), best);
  }
}

TEST(LeastRequest, FirstTieTakesTheFirstOfTheSmallest) {
  rng r(1);
  auto list = named({"a", "b", "c", "d"});
  list[0].in_flight = 1;
  EXPECT_EQ(least_request(tie::first).pick(list, r, instant{}), 1u);
}

TEST(LeastRequest, RandomTiesAreUniformAmongTheSmallestOnly) {
  rng r(3);
  auto list = named({"a", "b", "c", "d", "e"});
  list[1].in_flight = list[3].in_flight = 2;
  std::vector<int> count(5);
  for (int i = 0; i < 30000; ++i) ++count[*least_request().pick(list, r, instant{})];
  EXPECT_EQ(count[1], 0);
  EXPECT_EQ(count[3], 0);
  for (std::size_t i : {0u, 2u, 4u}) EXPECT_NEAR(count[i], 10000, 410);  // five sd of 82
}

TEST(P2c, DistinctDrawsNeverPickTheBusiestOfTheList) {
  rng r(5);
  auto list = named({"a", "b", "c"});
  list[2].in_flight = 9;
  for (int i = 0; i < 3000; ++i) EXPECT_NE(p2c().pick(list, r, instant{}), 2u);
}

TEST(P2c, WithReplacementIsBlindOnceInNTimesN) {
  rng r(5);
  auto list = named({"a", "b", "c", "d", "e"});
  list[4].in_flight = 9;
  int blind = 0;
  for (int i = 0; i < 50000; ++i) blind += p2c(draws::same_twice).pick(list, r, instant{}) == 4u;
  EXPECT_NEAR(blind, 2000, 220);  // 1/25; five sd of 44
}

TEST(P2c, TieKeepsTheFirstDraw) {
  const auto list = named({"a", "b", "c", "d", "e", "f", "g"});
  rng r(11), same(11);
  for (int i = 0; i < 200; ++i) {
    const auto first = static_cast<std::size_t>(same.below(7));
    same.next();
    EXPECT_EQ(p2c().pick(list, r, instant{}), first);
  }
}

TEST(P2c, SpreadsTiesEvenly) {
  rng r(6);
  const auto list = named({"a", "b", "c", "d"});
  std::vector<int> count(4);
  for (int i = 0; i < 40000; ++i) ++count[*p2c().pick(list, r, instant{})];
  for (int c : count) EXPECT_NEAR(c, 10000, 433);
}

TEST(P2c, IsEvenerThanRandomWhenEachPickAddsLoad) {
  auto highest = [](policy kind) {
    balancer b({.policy = kind});
    rng r(9);
    std::vector<std::string> ids;
    for (int i = 0; i < 100; ++i) ids.push_back("i" + std::to_string(100 + i));
    std::vector<endpoint> list;
    for (const auto& id : ids) list.push_back({id, 0, 1});
    for (int i = 0; i < 1000; ++i) ++list[*b.pick(list, r, instant{})].in_flight;
    std::uint32_t high = 0;
    for (const auto& e : list) high = std::max(high, e.in_flight);
    return high;
  };
  EXPECT_LE(highest(policy::p2c), 13u);
  EXPECT_GE(highest(policy::random), 16u);
  EXPECT_EQ(highest(policy::least_request), 10u);
  EXPECT_EQ(highest(policy::round_robin), 10u);
}

TEST(ClockModulo, CountsNanosecondsModuloN) {
  rng r(1);
  const auto list = named({"a", "b", "c"});
  clock_modulo policy;
  EXPECT_EQ(policy.pick(list, r, instant{} + 0ns), 0u);
  EXPECT_EQ(policy.pick(list, r, instant{} + 7ns), 1u);
  EXPECT_EQ(policy.pick(list, r, instant{} + 8ns), 2u);
  EXPECT_EQ(clock_modulo(1ms).pick(list, r, instant{} + 4999us), 1u);
}

TEST(ClockModulo, APeriodicCallerHitsOneInstanceForEver) {
  rng r(1);
  const auto list = named({"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"});
  clock_modulo policy;
  std::set<std::size_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(*policy.pick(list, r, instant{} + 250us + i * 1ms));
  EXPECT_THAT(seen, ElementsAre(0u));
}

TEST(ClockModulo, ACoarseClockDoesTheSameToAnyCaller) {
  rng r(1);
  const auto list = named({"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"});
  clock_modulo policy(1ns, 1us);
  std::set<std::size_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(*policy.pick(list, r, instant{} + duration(r.below(1000000000))));
  EXPECT_THAT(seen, ElementsAre(0u));
}

class EveryPolicy : public testing::TestWithParam<policy> {};

TEST_P(EveryPolicy, HasNothingToPickFromAnEmptyList) {
  rng r(1);
  EXPECT_FALSE(balancer({.policy = GetParam()}).pick({}, r, instant{}));
}

TEST_P(EveryPolicy, TakesTheOnlyOneThereIs) {
  rng r(1);
  const auto list = named({"a"});
  EXPECT_EQ(balancer({.policy = GetParam()}).pick(list, r, instant{} + 12345ns), 0u);
}

TEST_P(EveryPolicy, NeverTakesAnExcludedOne) {
  rng r(1);
  balancer b({.policy = GetParam()});
  const auto list = named({"a", "b", "c", "d"});
  const std::string_view excluded[] = {"b", "c"};
  std::set<std::size_t> seen;
  for (int i = 0; i < 100; ++i) seen.insert(*b.pick(list, excluded, r, instant{} + i * 1ns));
  EXPECT_THAT(seen, ElementsAre(0u, 3u));
}

TEST_P(EveryPolicy, HasNothingWhenAllAreExcluded) {
  rng r(1);
  const auto list = named({"a", "b"});
  const std::string_view excluded[] = {"b", "a"};
  EXPECT_FALSE(balancer({.policy = GetParam()}).pick(list, excluded, r, instant{}));
}

TEST_P(EveryPolicy, IsFoundByItsName) {
  EXPECT_EQ(policy_named(name_of(GetParam())), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Lb, EveryPolicy,
                         testing::Values(policy::round_robin, policy::random, policy::least_request, policy::p2c,
                                         policy::clock_modulo));

TEST(Balancer, RoundRobinReturnsToItsTurnAfterARetryElsewhere) {
  rng r(1);
  balancer b;
  const auto list = named({"a", "b", "c"});
  EXPECT_EQ(b.pick(list, r, instant{}), 0u);
  const std::string_view tried[] = {"a"};
  EXPECT_EQ(b.pick(list, tried, r, instant{}), 1u);
  EXPECT_EQ(b.pick(list, r, instant{}), 2u);
  EXPECT_EQ(b.pick(list, r, instant{}), 0u);
}

TEST(Balancer, UnknownNameIsNoPolicy) {
  EXPECT_FALSE(policy_named("roundrobin"));
}

}  // namespace
}  // namespace meshgauge::lb
