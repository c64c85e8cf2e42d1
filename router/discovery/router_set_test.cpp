#include "router/discovery/router_set.hpp"

#include <gtest/gtest.h>

#include "fakes/sim/sim_world.hpp"

namespace meshgauge::discovery {
namespace {

using namespace std::chrono_literals;

class RouterSet : public testing::Test {
 protected:
  router_set& make(unsigned count, std::size_t start = 0) {
    std::vector<net::endpoint> at;
    for (unsigned n = 0; n < count; ++n) at.push_back({boost::asio::ip::address_v4(0x0a000001U + n), 8000});
    set = std::make_unique<router_set>(h, std::move(at), start);
    return *set;
  }
  std::string next(std::vector<std::string_view> tried = {}) {
    const picked p = set->pick("payments", tried);
    return p.to ? p.to->what().id : std::string(name_of(p.why));
  }
  /// No connection could be had to the one that is picked next.
  void next_fails() {
    const picked p = set->pick("payments", {});
    set->unreachable(*p.to);
  }

  sim::sim_world world{1};
  net::host h{world, "checkout/0"};
  std::unique_ptr<router_set> set;
};

TEST_F(RouterSet, TakesThemInTurnFromWhereItShouldStart) {
  make(3, 4);
  for (const char* expected : {"router/1", "router/2", "router/0", "router/1"}) EXPECT_EQ(next(), expected);
}

TEST_F(RouterSet, LeavesAnUnreachableOneAloneForFiveSeconds) {
  make(3);
  next_fails();  // router/0
  for (const char* expected : {"router/1", "router/2", "router/1", "router/2"}) EXPECT_EQ(next(), expected);
  world.run_for(5s - 1ns);
  EXPECT_EQ(next(), "router/1");
  EXPECT_EQ(next(), "router/2");
  world.run_for(1ns);
  EXPECT_EQ(next(), "router/0");
}

TEST_F(RouterSet, FailingAgainStartsTheFiveSecondsAgain) {
  make(2);
  next_fails();
  world.run_for(5s);
  EXPECT_EQ(next(), "router/1");
  next_fails();
  world.run_for(4s);
  EXPECT_EQ(next(), "router/1");
  EXPECT_EQ(next(), "router/1");
  world.run_for(1s);
  EXPECT_EQ(next(), "router/0");
}

TEST_F(RouterSet, AsksSomebodyWhenAllAreLeftAlone) {
  make(2);
  next_fails();
  next_fails();
  EXPECT_EQ(next(), "router/0");
  EXPECT_EQ(next(), "router/1");
}

TEST_F(RouterSet, NeverAsksOneThatWasTriedForThisRequest) {
  make(2);
  EXPECT_EQ(next({"router/0"}), "router/1");
  EXPECT_EQ(next({"router/1"}), "router/0");
  EXPECT_EQ(next({"router/0", "router/1"}), "no-instance");
  // One that is left alone is better than nobody.
  EXPECT_EQ(next(), "router/1");
  next_fails();  // router/0
  EXPECT_EQ(next({"router/1"}), "router/0");
}

TEST_F(RouterSet, GoesRoundOnceAndOnlyForWhatWasNeverSent) {
  const retry_rule r = make(3).once_round();
  EXPECT_TRUE(worth_another(r, 1, cause::connection_refused, 0, false));
  EXPECT_TRUE(worth_another(r, 2, cause::connect_timeout, 0, false));
  EXPECT_FALSE(worth_another(r, 3, cause::connection_refused, 0, true));
  EXPECT_FALSE(worth_another(r, 1, cause::connection_reset_before_response, 0, true));
  EXPECT_FALSE(worth_another(r, 1, cause::upstream_5xx, 503, true));
  EXPECT_FALSE(worth_another(make(1).once_round(), 1, cause::connection_refused, 0, true));
}

}  // namespace
}  // namespace meshgauge::discovery
