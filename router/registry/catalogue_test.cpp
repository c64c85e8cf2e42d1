#include "router/registry/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/core/rng.hpp"

namespace meshgauge::registry {
namespace {

list_ptr list(std::string service, std::uint64_t revision, std::size_t instances = 1) {
  service_list out{std::move(service), revision, {}};
  for (std::size_t i = 0; i < instances; ++i) {
    instance what;
    what.service = out.service;
    what.id = std::to_string(i);
    out.instances.push_back(std::make_shared<const instance>(what));
  }
  return std::make_shared<const service_list>(std::move(out));
}

std::string text(const catalogue::changes& c) {
  std::string out = c.full ? "full" : "delta";
  for (const auto& l : c.lists) out += " " + l->service + "=" + std::to_string(l->instances.size());
  return out + " @" + std::to_string(c.revision);
}

TEST(Catalogue, TellsWhatChangedSinceARevision) {
  catalogue c;
  c.publish(list("a", 1));
  c.publish(list("b", 2));
  c.publish(list("a", 3, 2));
  EXPECT_EQ(text(c.since(1)), "delta b=1 a=2 @3");
  EXPECT_EQ(text(c.since(2)), "delta a=2 @3");
  EXPECT_EQ(text(c.since(3)), "delta @3");
}

TEST(Catalogue, GivesEverythingToAReaderThatKnowsNothing) {
  catalogue c;
  c.publish(list("b", 1));
  c.publish(list("a", 2));
  c.publish(list("gone", 3, 0));
  EXPECT_EQ(text(c.since(0)), "full a=1 b=1 @3");
}

TEST(Catalogue, GivesEverythingToAReaderFromAnotherLife) {
  catalogue c;
  c.publish(list("a", 1));
  EXPECT_EQ(text(c.since(57)), "full a=1 @1");
}

TEST(Catalogue, TellsTheEndOfAServiceAsAnEmptyList) {
  catalogue c;
  c.publish(list("a", 1));
  c.publish(list("a", 2, 0));
  EXPECT_EQ(text(c.since(1)), "delta a=0 @2");
  EXPECT_EQ(c.list("a")->revision, 2u);
}

TEST(Catalogue, AMissedRevisionGivesTheFullList) {
  catalogue c(2);
  c.publish(list("keeps", 1));
  for (std::uint64_t i = 0; i < 4; ++i) c.publish(list("t" + std::to_string(i), 2 + i, 0));  // 2 and 3 are forgotten
  EXPECT_EQ(text(c.since(2)), "full keeps=1 @5");
  EXPECT_EQ(text(c.since(3)), "delta t2=0 t3=0 @5");
  EXPECT_EQ(c.size(), 3u);
  EXPECT_EQ(c.list("t0")->revision, 3u) << "a watcher of t0 at revision 1 must hear that it is empty";
}

TEST(Catalogue, AServiceThatComesBackIsNoTombstoneAnyMore) {
  catalogue c(1);
  c.publish(list("a", 1, 0));
  c.publish(list("a", 2));
  c.publish(list("b", 3, 0));
  EXPECT_EQ(text(c.since(1)), "delta a=1 b=0 @3");
}

// Whoever applies the answers in turn always holds what the catalogue holds, however rarely it asks.
TEST(Catalogue, AReaderThatAppliesTheAnswersHoldsTheTruth) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    rng r(seed);
    catalogue c(3);
    std::map<std::string, std::size_t> truth, mine;
    std::uint64_t seen = 0;
    for (std::uint64_t revision = 1; revision < 500; ++revision) {
      const auto name = "s" + std::to_string(r.below(12));
      const auto n = r.below(3);
      c.publish(list(name, revision, n));
      if (n == 0)
        truth.erase(name);
      else
        truth[name] = n;
      if (!r.chance(0.2)) continue;
      const auto changes = c.since(seen);
      if (changes.full) mine.clear();
      for (const auto& l : changes.lists) {
        if (l->instances.empty())
          mine.erase(l->service);
        else
          mine[l->service] = l->instances.size();
      }
      seen = changes.revision;
      ASSERT_EQ(mine, truth);
    }
  }
}

}  // namespace
}  // namespace meshgauge::registry
