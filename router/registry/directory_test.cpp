#include "router/registry/directory.hpp"

#include <gtest/gtest.h>

#include <list>

namespace meshgauge::registry {
namespace {

using namespace std::chrono_literals;

instant at(duration d) {
  return instant{} + d;
}

instance make(std::string service, std::string id) {
  instance i;
  i.service = std::move(service);
  i.id = std::move(id);
  i.address = "10.0.0.1";
  i.port = 80;
  return i;
}

std::string ids(const answer& a) {
  std::string out;
  const auto list = decode_list(*a.body);
  for (const auto& i : list->list.instances) out += i->id;
  return out + "@" + std::to_string(a.revision);
}

TEST(Directory, AChangeBecomesVisibleWhenItsDelayHasPassed) {
  directory d({.propagation = distribution::constant(50ms)}, rng(1));
  d.put(make("pay", "a"), at(0s));
  EXPECT_EQ(ids(d.read("pay", {}, at(49ms))), "@0");
  EXPECT_EQ(ids(d.read("pay", {}, at(50ms))), "a@1");
  d.put(make("pay", "b"), at(60ms));
  d.remove("pay", "a", at(70ms));
  EXPECT_EQ(ids(d.read("pay", {}, at(109ms))), "a@1");
  EXPECT_EQ(ids(d.read("pay", {}, at(110ms))), "ab@2");
  EXPECT_EQ(ids(d.read("pay", {}, at(120ms))), "b@3");
}

TEST(Directory, AWatcherIsToldAndAnswered) {
  directory d({}, rng(1));
  d.put(make("pay", "a"), at(0s));
  ASSERT_TRUE(d.knows_all("pay", {1, ""}, at(1s)));
  int woken = 0;
  watcher w([&] { ++woken; });
  ASSERT_TRUE(d.wait(w, "pay", 1, "", at(1s)));
  EXPECT_EQ(w.due(), never);
  d.put(make("orders", "x"), at(2s));
  EXPECT_EQ(woken, 0);
  d.put(make("pay", "b"), at(3s));
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(w.due(), at(3s));
  EXPECT_EQ(ids(w.take(at(3s))), "ab@3");
  EXPECT_FALSE(w.attached());
  EXPECT_EQ(d.watchers(), 0u);
}

TEST(Directory, EachWatcherHearsAfterADelayOfItsOwn) {
  directory d({.propagation = distribution::uniform(0ms, 100ms)}, rng(1));
  watcher a([] {}), b([] {});
  d.wait(a, "pay", 0, "client-a", at(0s));
  d.wait(b, "pay", 0, "client-b", at(0s));
  d.put(make("pay", "x"), at(1s));
  EXPECT_NE(a.due(), b.due());
  EXPECT_GE(a.due(), at(1s));
  EXPECT_LE(a.due(), at(1s + 100ms));
  EXPECT_EQ(ids(a.take(a.due())), "x@1");
}

TEST(Directory, AWatchersDelayDoesNotDependOnWhoElseWatches) {
  const auto due = [](bool company) {
    directory d({.propagation = distribution::uniform(0ms, 100ms)}, rng(1));
    watcher other([] {}), w([] {});
    if (company) d.wait(other, "pay", 0, "other", at(0s));
    d.wait(w, "pay", 0, "client-a", at(0s));
    d.put(make("pay", "x"), at(1s));
    return w.due();
  };
  EXPECT_EQ(due(false), due(true));
}

TEST(Directory, AWatcherThatComesBackWhileAChangeIsUnderWayStillHearsIt) {
  directory d({.propagation = distribution::constant(50ms)}, rng(1));
  watcher w([] {});
  d.put(make("pay", "a"), at(0s));
  d.put(make("pay", "b"), at(10ms));
  ASSERT_TRUE(d.knows_all("pay", {1, ""}, at(55ms)));
  d.wait(w, "pay", 1, "", at(55ms));
  EXPECT_EQ(w.due(), at(60ms));
  EXPECT_EQ(ids(w.take(at(60ms))), "ab@2");
}

TEST(Directory, AWatcherAheadOfWhatIsVisibleIsNoStranger) {
  // Its own draw let it see revision 1 before plain reads can: it must wait, not be sent back to revision 0.
  directory d({.propagation = distribution::constant(50ms)}, rng(1));
  d.put(make("pay", "a"), at(0s));
  EXPECT_TRUE(d.knows_all("pay", {1, ""}, at(10ms)));
  EXPECT_TRUE(d.knows_all("", {1, ""}, at(10ms)));
  watcher w([] {});
  d.wait(w, "pay", 1, "", at(10ms));
  EXPECT_EQ(ids(w.give_up()), "a@1");
}

TEST(Directory, AWatcherOfEverythingGetsTheChangesOnly) {
  directory d({}, rng(1));
  d.put(make("pay", "a"), at(0s));
  watcher w([] {});
  d.wait(w, "", 1, "", at(0s));
  d.put(make("orders", "x"), at(1s));
  d.put(make("orders", "y"), at(1s));
  const auto out = decode_changes(*w.take(at(1s)).body);
  ASSERT_TRUE(out);
  EXPECT_FALSE(out->full);
  EXPECT_EQ(out->revision, 3u);
  ASSERT_EQ(out->lists.size(), 1u);
  EXPECT_EQ(out->lists[0].instances.size(), 2u);
}

TEST(Directory, GivingUpSaysThatNothingChanged) {
  directory d({}, rng(1));
  d.put(make("pay", "a"), at(0s));
  watcher w([] {}), all([] {});
  d.wait(w, "pay", 1, "", at(0s));
  d.wait(all, "", 1, "", at(0s));
  EXPECT_EQ(ids(w.give_up()), "a@1");
  EXPECT_EQ(*all.give_up().body, R"({"epoch":"0","revision":1,"full":false,"services":{}})");
}

TEST(Directory, WatchersAreBoundedAndLeaveWhenDestroyed) {
  directory d({.watchers_max = 2}, rng(1));
  watcher first([] {}), third([] {});
  ASSERT_TRUE(d.wait(first, "pay", 0, "", at(0s)));
  {
    watcher second([] {});
    ASSERT_TRUE(d.wait(second, "pay", 0, "", at(0s)));
    EXPECT_FALSE(d.wait(third, "pay", 0, "", at(0s)));
  }
  EXPECT_EQ(d.watchers(), 1u);
  EXPECT_TRUE(d.wait(third, "", 0, "", at(0s)));
}

TEST(Directory, ALapsedLeaseLeavesWithTheSweepAndAHeartbeatBeforeItSavesIt) {
  directory d({.default_ttl = 15s}, rng(1));
  d.put(make("pay", "a"), at(0s));
  EXPECT_EQ(ids(d.read("pay", {}, at(15s + 500ms))), "a@1");
  EXPECT_TRUE(d.heartbeat("pay", "a", at(15s + 600ms)));
  EXPECT_TRUE(d.sweep(at(16s)).empty());
  EXPECT_EQ(d.sweep(at(31s)).size(), 1u);
  EXPECT_EQ(ids(d.read("pay", {}, at(31s))), "@2");
}

TEST(Directory, ARestoredOneIsVisibleAtOnceAndNewerThanWhatReadersHold) {
  directory before({.propagation = distribution::constant(50ms)}, rng(1));
  before.put(make("pay", "a"), at(0s));
  directory after({.propagation = distribution::constant(50ms)}, rng(1));
  after.restore(before.save(), at(10s));
  EXPECT_FALSE(after.knows_all("pay", {1, ""}, at(10s)));
  EXPECT_EQ(ids(after.read("pay", {}, at(10s))), "a@2");
}

// However a reader mixes long polls and changes happen, what it holds never goes back and ends at the truth.
TEST(Directory, ManyWatchersAllArriveAtTheTruth) {
  rng r(4);
  directory d({.propagation = distribution::exponential(30ms)}, rng(2));
  struct reader {
    std::string name;
    std::uint64_t index = 0;
    std::string holds;
    std::unique_ptr<watcher> waiting;
  };
  std::vector<reader> readers(5);
  for (std::size_t i = 0; i < readers.size(); ++i) readers[i].name = "reader-" + std::to_string(i);
  instant now{};
  const auto hear = [&](reader& me, const answer& a) {
    ASSERT_GT(a.revision, me.index);
    me.index = a.revision;
    me.holds = ids(a);
  };
  for (int step = 0; step < 4000; ++step) {
    now += 1ms;
    if (step < 3500 && r.chance(0.05)) {
      const auto id = std::string(1, static_cast<char>('a' + r.below(6)));
      if (!d.remove("pay", id, now)) d.put(make("pay", id), now);
    }
    for (auto& me : readers) {
      if (me.waiting == nullptr) {
        if (!d.knows_all("pay", {me.index, ""}, now)) {
          hear(me, d.read("pay", {}, now));
        } else {
          me.waiting = std::make_unique<watcher>([] {});
          ASSERT_TRUE(d.wait(*me.waiting, "pay", me.index, me.name, now));
        }
      } else if (me.waiting->due() <= now) {
        hear(me, me.waiting->take(now));
        me.waiting.reset();
      }
    }
  }
  const auto truth = ids(d.read("pay", {}, now));
  for (const auto& me : readers) EXPECT_EQ(me.holds, truth) << me.name;
}

}  // namespace
}  // namespace meshgauge::registry
