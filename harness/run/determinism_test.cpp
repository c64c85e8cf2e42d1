#include <gtest/gtest.h>

#include <map>

#include "fakes/sim/sim_world.hpp"
#include "harness/record/recorder.hpp"
#include "harness/run/director.hpp"
#include "harness/run/double_run.hpp"
#include "harness/run/small_test.hpp"

/// What a seed promises: the same run gives the same result to the last event, and what one part of a scenario draws
/// does not depend on what else is in it.

namespace meshgauge::run {
namespace {

using namespace std::chrono_literals;
using scenarios::verb;
using small::placement;
using small::refresh;

struct mode {
  const char* name;
  placement where;
  refresh how;
};
void PrintTo(const mode& m, std::ostream* out) {
  *out << m.name;
}

/// Everything that draws: poisson arrivals, lognormal work, jitter, faults by rate, a random victim at a random time, a
/// rollout, a registry that dies.
scenarios::scenario eventful(placement where, refresh how) {
  scenarios::scenario s = small::mesh(where, how, 3s, 200);
  s.fleets[0].instances = 4;
  s.fleets[0].service_time = distribution::lognormal(0.5, 5ms, 0.99, 40ms);
  s.fleets[0].startup = distribution::uniform(50ms, 200ms);
  s.fleets[0].errors = {{500, 0.01, ""}};
  s.network.jitter = 100us;
  s.network.latency = distribution::uniform(100us, 500us);
  s.loads[0].arrivals.kind = scenarios::arrivals_config::model::poisson;
  s.loads[0].clients = 5;
  s.loads[0].timeout = 500ms;
  s.variants[0].router.balance = scenarios::balance::p2c;
  s.variants[0].router.retry = {.count = 1, .on_connect_failure = true, .on_reset = true, .on_5xx = true};
  auto& hang = small::fails(s, 300ms, scenarios::fault_kind::hang, small::one_of(0, 1));
  hang.fault.rate = 0.2;
  hang.lasts = 400ms;
  scenarios::target any = small::all_of(0);
  any.all = false;
  any.any = true;
  small::happens(s, 500ms, verb::kill, any).at.offset = distribution::uniform(400ms, 700ms);
  s.timeline.back().lasts = 300ms;
  small::happens(s, 1s, verb::kill, small::registry()).lasts = 300ms;
  auto& rollout = small::happens(s, 1500ms, verb::rollout, small::all_of(0));
  rollout.version = "2";
  rollout.batch = 2;
  rollout.pause = 100ms;
  return s;
}

outcome run_of(const scenarios::scenario& s, std::uint64_t seed, std::size_t variant = 0) {
  outcome o = run_once(s, variant, {.seed = seed});
  EXPECT_EQ(o.problem, "");
  return o;
}

class Determinism : public testing::TestWithParam<mode> {
 protected:
  scenarios::scenario what = eventful(GetParam().where, GetParam().how);
};

TEST_P(Determinism, SameSeedSameResultWhateverRanBefore) {
  const outcome first = run_of(what, 7);
  ASSERT_NE(first.result, nullptr);
  EXPECT_GT(small::requests(*first.result), 400U);
  EXPECT_GT(first.result->events.size(), 4U);
  run_of(small::mesh(placement::server, refresh::watch, 1s), 99);  // leaves pools, buffers and addresses otherwise
  const outcome second = run_of(what, 7);
  ASSERT_NE(second.result, nullptr);
  EXPECT_EQ(first.result->digest, second.result->digest);
  EXPECT_EQ(first.result->world_events, second.result->world_events);
  EXPECT_TRUE(*first.result == *second.result);
  EXPECT_EQ(compare_runs(what, 0, 7, *first.result), "");
}

TEST_P(Determinism, AnotherSeedIsAnotherRun) {
  const outcome a = run_of(what, 7), b = run_of(what, 8);
  EXPECT_NE(a.result->digest, b.result->digest);
  EXPECT_NE(a.result->buckets, b.result->buckets);
}

TEST_P(Determinism, AnotherVariantChangesNothingInTheFirst) {
  const outcome alone = run_of(what, 7);
  what.variants.push_back(what.variants[0]);
  what.variants.back().name = "other";
  what.variants.back().router.balance = scenarios::balance::random;
  what.variants.back().router.timeout = 50ms;
  const outcome beside = run_of(what, 7);
  EXPECT_EQ(alone.result->digest, beside.result->digest);
  EXPECT_EQ(alone.result->buckets, beside.result->buckets);
}

INSTANTIATE_TEST_SUITE_P(Discovery, Determinism,
                         testing::Values(mode{"ClientWatch", placement::client, refresh::watch},
                                         mode{"ClientPoll", placement::client, refresh::poll},
                                         mode{"ClientOnce", placement::client, refresh::once},
                                         mode{"ServerWatch", placement::server, refresh::watch},
                                         mode{"ServerPoll", placement::server, refresh::poll},
                                         mode{"ServerOnce", placement::server, refresh::once},
                                         mode{"Fixed", placement::fixed, refresh::once}),
                         [](const auto& of) { return std::string(of.param.name); });

// ------------------------------------------------------------------------------------------------- what draws depend
// on

struct seen_request {
  instant due{};
  std::uint32_t client = 0;
  friend bool operator==(const seen_request&, const seen_request&) = default;
};

/// Due time and client of every request, by load and number, and how long each took: kept in full as samples, since
/// every request is made to fail in the way that costs no time (an error the instance answers after its work).
struct seen {
  std::map<std::pair<std::uint32_t, std::uint64_t>, seen_request> requests;
  std::map<std::pair<std::uint32_t, std::uint64_t>, duration> took;
  std::map<std::string, instant> struck;  ///< events in words
};
seen look(scenarios::scenario s, std::size_t variant = 0) {
  s.run.samples = 100'000;
  for (auto& f : s.fleets) f.errors = {{500, 1, ""}};
  const outcome o = run_of(s, 3, variant);
  seen out;
  for (const auto& one : o.result->samples) {
    out.requests[{one.what.load, one.what.number}] = {one.what.due, one.what.client};
    out.took[{one.what.load, one.what.number}] = one.what.end - one.what.sent;
  }
  EXPECT_EQ(out.requests.size(), small::requests(*o.result)) << "not every request was kept";
  for (const auto& e : o.result->events) {
    if (e.what == record::fired_event::kind::started) out.struck[e.text] = e.at;
  }
  return out;
}

/// Plenty of workers, so that a request waits for nobody; kept connections of one latency.
scenarios::scenario undisturbed(placement where) {
  scenarios::scenario s = small::mesh(where, refresh::watch, 2s, 200);
  s.loads[0].arrivals.kind = scenarios::arrivals_config::model::poisson;
  s.fleets[0].service_time = distribution::exponential(10ms);
  s.variants[0].router.cost = distribution::constant({});
  return s;
}

template <class Map>
Map of_load(const Map& all, std::uint32_t load) {
  Map out;
  for (const auto& [key, value] : all) {
    if (key.first == load) out[key] = value;
  }
  return out;
}

TEST(CommonRandomNumbers, VariantsSeeTheSameRequestsAndFaults) {
  scenarios::scenario s = undisturbed(placement::client);
  s.variants.push_back(s.variants[0]);
  s.variants[1].name = "through routers";
  s.variants[1].router.discovery.where = placement::server;
  s.variants[1].router.balance = scenarios::balance::random;
  scenarios::target any = small::all_of(0);
  any.all = false;
  any.any = true;
  any.text = "payments";
  small::happens(s, 1s, verb::deregister, any).at.offset = distribution::uniform(400ms, 1400ms);
  const seen a = look(s, 0), b = look(s, 1);
  EXPECT_GT(a.requests.size(), 300U);
  EXPECT_EQ(a.requests, b.requests);
  EXPECT_EQ(a.struck, b.struck);
  EXPECT_EQ(a.struck.size(), 1U);
}

TEST(CommonRandomNumbers, AnotherFleetAndLoadLeaveTheFirstAsItWas) {
  for (const placement where : {placement::client, placement::server, placement::fixed}) {
    const scenarios::scenario s = undisturbed(where);
    scenarios::scenario more = s;
    more.fleets.push_back(record::example::fleet("ledger", 3));
    more.loads.push_back(record::example::load("audit"));
    more.loads.back().to = 1;
    more.loads.back().arrivals = {.kind = scenarios::arrivals_config::model::poisson, .rate = 300, .think = {}};
    const seen a = look(s), b = look(more);
    EXPECT_GT(b.requests.size(), a.requests.size() + 300);
    EXPECT_EQ(a.requests, of_load(b.requests, 0));
    // How long each took is its service draw and the way there. The connect of a new connection may fall on another
    // request (which connection is free depends on who else is in a router), never more than that.
    const auto took = of_load(b.took, 0);
    ASSERT_EQ(a.took.size(), took.size());
    for (const auto& [key, time] : a.took) {
      EXPECT_LE(std::abs((took.at(key) - time).count()), duration(1ms).count()) << "request " << key.second;
    }
  }
}

TEST(CommonRandomNumbers, AnotherClientChangesNoDueTimeAndNoWork) {
  const scenarios::scenario s = undisturbed(placement::client);
  scenarios::scenario more = s;
  more.loads[0].clients = 3;
  const seen a = look(s), b = look(more);
  ASSERT_EQ(a.requests.size(), b.requests.size());
  std::size_t moved = 0;
  for (const auto& [key, r] : a.requests) {
    EXPECT_EQ(r.due, b.requests.at(key).due);
    moved += r.client != b.requests.at(key).client;
    EXPECT_LE(std::abs((b.took.at(key) - a.took.at(key)).count()), duration(1ms).count()) << "request " << key.second;
  }
  EXPECT_GT(moved, 10U);  // that is what another client is for
}

TEST(CommonRandomNumbers, AHostDrawsByItsNameAlone) {
  sim::sim_world small_world(5), large_world(5), other(6);
  const net::host alone(small_world, "checkout/1");
  std::vector<std::unique_ptr<net::host>> crowd;
  for (int i = 0; i < 10; ++i) crowd.push_back(std::make_unique<net::host>(large_world, fmt::format("checkout/{}", i)));
  const net::host elsewhere(other, "checkout/1");
  for (const char* purpose : {"poll", "balance-start", "heartbeat"}) {
    EXPECT_EQ(alone.random(purpose).at(0), crowd[1]->random(purpose).at(0));
    EXPECT_NE(alone.random(purpose).at(0), crowd[2]->random(purpose).at(0));
    EXPECT_NE(alone.random(purpose).at(0), elsewhere.random(purpose).at(0));
  }
  EXPECT_NE(alone.random("poll").at(0), alone.random("balance-start").at(0));
}

}  // namespace
}  // namespace meshgauge::run
