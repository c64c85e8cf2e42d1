#include "router/discovery/endpoint_set.hpp"

#include <gtest/gtest.h>

namespace meshgauge::discovery {
namespace {

using registry::status;

struct row {
  const char* id;
  std::uint16_t port = 1;
  registry::status is = status::up;
};

registry::service_list list(std::initializer_list<row> rows) {
  registry::service_list out{"pay", 1, {}};
  for (const auto& r : rows) {
    registry::instance what;
    what.service = "pay";
    what.id = r.id;
    what.address = "10.0.0.1";
    what.port = r.port;
    what.status = r.is;
    out.instances.push_back(std::make_shared<const registry::instance>(what));
  }
  return out;
}

std::string ids(const std::vector<member_ptr>& members) {
  std::string out;
  for (const auto& m : members) out += m->what().id;
  return out;
}

struct EndpointSet : testing::Test {
  endpoint_set set;
  lb::balancer balancer;
  rng r{1};

  endpoint_set::change update(std::initializer_list<row> rows) {
    const auto l = list(rows);
    return set.update(&l);
  }
  ticket pick(std::vector<std::string_view> tried = {}) { return set.pick(balancer, tried, r, instant{}); }
};

TEST_F(EndpointSet, HoldsTheUsableOnesOnly) {
  update({{"a", 1, status::starting},
          {"b"},
          {"c", 1, status::draining},
          {"d", 1, status::down},
          {"e"},
          {"f", 1, status::out_of_service}});
  EXPECT_EQ(ids(set.members()), "be");
}

TEST_F(EndpointSet, TellsWhoJoinedAndLeft) {
  EXPECT_EQ(ids(update({{"a"}, {"b"}}).joined), "ab");
  const auto change = update({{"b"}, {"c"}});
  EXPECT_EQ(ids(change.joined), "c");
  EXPECT_EQ(ids(change.left), "a");
  EXPECT_FALSE(change.left[0]->listed());
  EXPECT_EQ(ids(set.update(nullptr).left), "bc");
}

TEST_F(EndpointSet, DrainingLeavesAndItsRequestsGoOn) {
  update({{"a"}});
  auto t = pick();
  EXPECT_EQ(ids(update({{"a", 1, status::draining}}).left), "a");
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(t->what().id, "a");
  EXPECT_EQ(t->in_flight(), 1u);
}

TEST_F(EndpointSet, AnotherAddressUnderTheSameIdIsAnotherProcess) {
  update({{"a", 1}});
  auto t = pick();
  const auto change = update({{"a", 2}});
  EXPECT_EQ(change.left.size(), 1u);
  EXPECT_EQ(change.joined.size(), 1u);
  EXPECT_EQ(change.joined[0]->in_flight(), 0u);
  EXPECT_EQ(change.joined[0]->address().port, 2);
}

TEST_F(EndpointSet, AnotherWeightIsTheSameProcess) {
  update({{"a"}});
  auto l = list({{"a"}});
  auto heavier = *l.instances[0];
  heavier.weight = 3;
  l.instances[0] = std::make_shared<const registry::instance>(heavier);
  const auto change = set.update(&l);
  EXPECT_TRUE(change.joined.empty() && change.left.empty());
  EXPECT_EQ(set.endpoints()[0].weight, 3);
}

TEST_F(EndpointSet, CountsRequestsInFlightWhereThePolicySeesThem) {
  update({{"a"}, {"b"}});
  auto first = pick(), second = pick(), third = pick();
  EXPECT_EQ(set.endpoints()[0].in_flight, 2u);
  EXPECT_EQ(set.endpoints()[1].in_flight, 1u);
  first.release();
  EXPECT_EQ(set.endpoints()[0].in_flight, 1u);
  third = std::move(second);
  EXPECT_EQ(set.endpoints()[0].in_flight, 0u);
  EXPECT_EQ(set.endpoints()[1].in_flight, 1u);
}

TEST_F(EndpointSet, CountsStayWithTheirInstanceWhenPlacesMove) {
  update({{"b"}, {"c"}});
  auto t = pick();
  update({{"a"}, {"b"}, {"c"}});
  EXPECT_EQ(set.endpoints()[0].in_flight, 0u);
  EXPECT_EQ(set.endpoints()[1].in_flight, 1u);
  t.release();
  EXPECT_EQ(set.endpoints()[1].in_flight, 0u);
}

TEST_F(EndpointSet, AnInstanceThatComesBackFindsItsOldCount) {
  update({{"a"}});
  auto t = pick();
  update({});
  update({{"a"}});
  EXPECT_EQ(set.endpoints()[0].in_flight, 1u);
  t.release();
  EXPECT_EQ(set.endpoints()[0].in_flight, 0u);
}

TEST_F(EndpointSet, NeverPicksATriedOneAndNothingWhenAllWereTried) {
  update({{"a"}, {"b"}});
  EXPECT_EQ(pick({"a"})->what().id, "b");
  EXPECT_FALSE(pick({"a", "b"}));
  set.update(nullptr);
  EXPECT_FALSE(pick());
}

TEST_F(EndpointSet, TicketsMayOutliveTheSet) {
  ticket t;
  {
    endpoint_set shorter;
    const auto l = list({{"a"}});
    shorter.update(&l);
    t = shorter.pick(balancer, {}, r, instant{});
  }
  EXPECT_EQ(t->what().id, "a");
  t.release();
}

}  // namespace
}  // namespace meshgauge::discovery
