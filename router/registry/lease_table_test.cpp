#include "router/registry/lease_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/core/rng.hpp"

namespace meshgauge::registry {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using put_result = lease_table::put_result;

constexpr instant t0{};

instance make(std::string service, std::string id, duration ttl = {}) {
  instance i;
  i.service = std::move(service);
  i.id = std::move(id);
  i.address = "10.0.0.1";
  i.port = 8080;
  i.ttl = ttl;
  return i;
}

std::vector<std::string> ids(const list_ptr& list) {
  std::vector<std::string> out;
  for (const auto& i : list->instances) out.push_back(i->id);
  return out;
}

TEST(LeaseTable, ListsByIdWhateverTheOrderOfRegistration) {
  lease_table t(15s);
  for (auto id : {"c", "a", "b"}) EXPECT_EQ(t.put(make("pay", id), t0), put_result::created);
  EXPECT_THAT(ids(t.list("pay")), ElementsAre("a", "b", "c"));
  EXPECT_EQ(t.list("pay")->revision, 3u);
}

TEST(LeaseTable, UnknownServiceIsAnEmptyListAtRevisionZero) {
  lease_table t(15s);
  EXPECT_TRUE(t.list("pay")->instances.empty());
  EXPECT_EQ(t.list("pay")->revision, 0u);
  EXPECT_EQ(t.list("pay")->service, "pay");
}

TEST(LeaseTable, AListHandedOutNeverChanges) {
  lease_table t(15s);
  t.put(make("pay", "a"), t0);
  const auto before = t.list("pay");
  t.put(make("pay", "b"), t0);
  t.set_status("pay", "a", status::draining);
  EXPECT_THAT(ids(before), ElementsAre("a"));
  EXPECT_EQ(before->instances[0]->status, status::up);
  EXPECT_EQ(t.list("pay")->instances[0]->status, status::draining);
}

TEST(LeaseTable, AListIsSharedUntilItsOwnServiceChanges) {
  lease_table t(15s);
  t.put(make("pay", "a"), t0);
  t.put(make("pay", "b"), t0);
  const auto before = t.list("pay");
  t.put(make("orders", "x"), t0);
  t.heartbeat("pay", "a", t0 + 1s);
  EXPECT_EQ(t.list("pay"), before);
  t.remove("pay", "b");
  EXPECT_NE(t.list("pay"), before);
  EXPECT_EQ(t.list("pay")->instances[0], before->instances[0]) << "an unchanged instance stays the same object";
}

TEST(LeaseTable, RevisionsRiseWithEveryChangeAndWithNothingElse) {
  lease_table t(15s);
  t.put(make("pay", "a"), t0);
  t.put(make("orders", "x"), t0);
  EXPECT_EQ(t.revision(), 2u);
  EXPECT_EQ(t.put(make("pay", "a"), t0 + 1s), put_result::renewed);
  EXPECT_TRUE(t.heartbeat("pay", "a", t0 + 2s));
  EXPECT_TRUE(t.set_status("pay", "a", status::up));
  EXPECT_FALSE(t.remove("pay", "nobody"));
  EXPECT_EQ(t.revision(), 2u);
  auto changed = make("pay", "a");
  changed.port = 9;
  EXPECT_EQ(t.put(changed, t0 + 3s), put_result::replaced);
  EXPECT_EQ(t.revision(), 3u);
  EXPECT_EQ(t.list("pay")->revision, 3u);
  EXPECT_EQ(t.list("orders")->revision, 2u);
}

TEST(LeaseTable, ALeaseEndsItsTimeAfterTheLastHeartbeat) {
  lease_table t(15s);
  t.put(make("pay", "a"), t0);
  t.put(make("pay", "b"), t0);
  EXPECT_TRUE(t.heartbeat("pay", "a", t0 + 10s));
  EXPECT_TRUE(t.expire(t0 + 15s - 1ns).empty());
  const auto gone = t.expire(t0 + 15s);
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0]->id, "b");
  EXPECT_THAT(ids(t.list("pay")), ElementsAre("a"));
  EXPECT_EQ(t.next_expiry(), t0 + 25s);
}

TEST(LeaseTable, AnEvictedInstanceMustRegisterAgain) {
  lease_table t(15s);
  t.put(make("pay", "a"), t0);
  t.expire(t0 + 20s);
  EXPECT_FALSE(t.heartbeat("pay", "a", t0 + 20s));
  EXPECT_FALSE(t.set_status("pay", "a", status::up));
  EXPECT_EQ(t.put(make("pay", "a"), t0 + 20s), put_result::created);
}

TEST(LeaseTable, AnInstancesOwnTtlWins) {
  lease_table t(15s);
  t.put(make("pay", "short", 2s), t0);
  t.put(make("pay", "usual"), t0);
  t.put(make("pay", "long", 60s), t0);
  EXPECT_EQ(t.next_expiry(), t0 + 2s);
  EXPECT_EQ(t.expire(t0 + 2s).size(), 1u);
  EXPECT_EQ(t.expire(t0 + 15s).size(), 1u);
  EXPECT_EQ(t.expiry_of("pay", "long"), t0 + 60s);
  EXPECT_EQ(t.expiry_of("pay", "short"), never);
}

TEST(LeaseTable, ReplacingRenewsTheLeaseAlsoWithAShorterOne) {
  lease_table t(15s);
  t.put(make("pay", "a"), t0);
  t.put(make("pay", "a", 3s), t0 + 1s);
  EXPECT_EQ(t.next_expiry(), t0 + 4s);
}

TEST(LeaseTable, LeasesThatEndTogetherLeaveByServiceAndId) {
  lease_table t(15s);
  for (auto [service, id] : {std::pair{"pay", "b"}, {"orders", "z"}, {"pay", "a"}, {"orders", "y"}})
    t.put(make(service, id), t0);
  std::string order;
  for (const auto& i : t.expire(t0 + 1h)) order += i->service + "/" + i->id + " ";
  EXPECT_EQ(order, "orders/y orders/z pay/a pay/b ");
  EXPECT_EQ(t.size(), 0u);
  EXPECT_EQ(t.next_expiry(), never);
}

TEST(LeaseTable, StatusChangesDoNotRenewTheLease) {
  lease_table t(15s);
  t.put(make("pay", "a"), t0);
  EXPECT_TRUE(t.set_status("pay", "a", status::down));
  EXPECT_EQ(t.next_expiry(), t0 + 15s);
}

TEST(LeaseTable, SameIdInTwoServicesAreTwoInstances) {
  lease_table t(15s);
  t.put(make("pay", "0"), t0);
  t.put(make("orders", "0"), t0);
  EXPECT_TRUE(t.remove("pay", "0"));
  EXPECT_NE(t.get("orders", "0"), nullptr);
  EXPECT_EQ(t.get("pay", "0"), nullptr);
}

TEST(LeaseTable, ChangesAreHandedOutOnceInOrderOfRevision) {
  lease_table t(15s);
  t.put(make("b", "1"), t0);
  t.put(make("a", "1"), t0);
  t.put(make("a", "2"), t0);
  auto changes = t.take_changes();
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0]->service, "b");
  EXPECT_EQ(changes[1]->revision, 3u);
  EXPECT_TRUE(t.take_changes().empty());
  t.remove("b", "1");
  changes = t.take_changes();
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_TRUE(changes[0]->instances.empty());
  EXPECT_EQ(changes[0]->revision, 4u) << "the end of a service has a revision too";
  EXPECT_THAT(t.services(), ElementsAre(std::pair<std::string, std::size_t>("a", 2)));
}

TEST(LeaseTable, ARestoredTableHasTheSameListsAndFreshLeases) {
  lease_table t(15s);
  t.put(make("pay", "a"), t0);
  t.put(make("pay", "b", 4s), t0);
  t.set_status("pay", "b", status::draining);
  lease_table back(15s);
  back.restore(t.save(), t0 + 100s);
  EXPECT_THAT(ids(back.list("pay")), ElementsAre("a", "b"));
  EXPECT_EQ(back.list("pay")->instances[1]->status, status::draining);
  EXPECT_GT(back.revision(), t.revision()) << "readers of the old table see a change, never an equal revision";
  EXPECT_EQ(back.next_expiry(), t0 + 104s);
}

// A second implementation, as slow as it is plain, must agree on every step of a random life.
TEST(LeaseTable, AgreesWithAPlainModelOverRandomHistories) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    rng r(seed);
    lease_table t(10s);
    std::map<std::pair<std::string, std::string>, std::pair<instance, instant>> model;
    instant now{};
    std::uint64_t revision = 0;
    for (int step = 0; step < 2000; ++step) {
      now += duration(r.below(1'000'000'000));
      auto what = make("s" + std::to_string(r.below(3)), "i" + std::to_string(r.below(8)), 1s * r.below(4));
      what.port = static_cast<std::uint16_t>(1 + r.below(2));
      const auto key = std::pair(what.service, what.id);
      const auto at = model.find(key);
      switch (r.below(5)) {
        case 0: {
          if (at == model.end() || at->second.first != what) ++revision;
          t.put(what, now);
          model[key] = {what, now + (what.ttl.count() > 0 ? what.ttl : 10s)};
          break;
        }
        case 1: {
          ASSERT_EQ(t.heartbeat(what.service, what.id, now), at != model.end());
          if (at != model.end())
            at->second.second = now + (at->second.first.ttl.count() > 0 ? at->second.first.ttl : 10s);
          break;
        }
        case 2: {
          ASSERT_EQ(t.remove(what.service, what.id), at != model.end());
          revision += model.erase(key);
          break;
        }
        case 3: {
          const auto to = static_cast<status>(r.below(5));
          ASSERT_EQ(t.set_status(what.service, what.id, to), at != model.end());
          if (at != model.end() && at->second.first.status != to) {
            at->second.first.status = to;
            ++revision;
          }
          break;
        }
        default: {
          const auto gone = t.expire(now).size();
          const auto expected = std::erase_if(model, [&](const auto& m) { return m.second.second <= now; });
          ASSERT_EQ(gone, expected);
          revision += expected;
        }
      }
      ASSERT_EQ(t.size(), model.size());
      ASSERT_EQ(t.revision(), revision);
      instant next = never;
      for (const auto& [k, m] : model) next = std::min(next, m.second);
      ASSERT_EQ(t.next_expiry(), next);
      if (r.chance(0.1)) t.take_changes();
      const auto list = t.list(what.service);
      std::size_t i = 0;
      for (const auto& [k, m] : model) {
        if (k.first != what.service) continue;
        ASSERT_LT(i, list->instances.size());
        ASSERT_EQ(*list->instances[i++], m.first);
      }
      ASSERT_EQ(i, list->instances.size());
    }
  }
}

}  // namespace
}  // namespace meshgauge::registry
