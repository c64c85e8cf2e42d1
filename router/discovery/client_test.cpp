#include "router/discovery/client.hpp"

#include <unistd.h>

#include "fakes/sim/sim_world.hpp"
#include "router/discovery/world_test.hpp"
#include "router/net/conditions.hpp"
#include "router/net/live/live_world.hpp"

namespace meshgauge::discovery {
namespace {

struct sim_env {
  sim::sim_world world{1};
  net::endpoint registry() { return {boost::asio::ip::address_v4(0x0a000001U), 8500}; }
};

struct live_env {
  net::live::live_world world{{.seed = 1, .emulate_network = true}};
  net::endpoint registry() {  // an address of this process alone, so that ports cannot clash
    const auto pid = static_cast<unsigned>(::getpid());
    return {boost::asio::ip::address_v4(0x7f000000U | (((pid % 60000) + 256) << 8) | 78), 8500};
  }
};
using worlds = testing::Types<sim_env, live_env>;

/// Writes down what it is told: "+a+b", "-a", and failures.
struct diary : view_observer {
  std::string text;
  unsigned failures = 0;
  std::string last_failure;
  void view_changed(instant, const service& of, const endpoint_set::change& what) override {
    text += of.name() + ":";
    for (const auto& m : what.joined) text += "+" + m->what().id;
    for (const auto& m : what.left) text += "-" + m->what().id;
    text += " ";
  }
  void registry_failed(instant, std::string_view why) override {
    ++failures;
    last_failure = why;
  }
};

/// A caller as the router is one: picks, waits if it must, picks again.
net::task<void> pick_one(client& c, std::string name, instant by, picked& out, bool& done) {
  out = c.pick(name, {});
  while (out.loading && c.now() < by) {
    co_await c.load(name, by);
    out = c.pick(name, {});
  }
  done = true;
}

template <class Env>
struct DiscoveryClient : WithRegistry<Env> {
  diary seen;
  client_options options;
  std::unique_ptr<client> c;

  ~DiscoveryClient() override { this->user.kill(); }
  void start(client_options with) {
    c = std::make_unique<client>(this->user, this->env.registry(), std::move(with), &seen);
    c->start();
  }
  std::string pick(std::string name, duration at_most = 2s) {
    picked out;
    bool done = false;
    this->user.spawn(pick_one(*c, std::move(name), this->now() + at_most, out, done));
    EXPECT_TRUE(this->eventually([&] { return done; }));
    if (out.loading) return "loading";
    return out.to ? out.to->what().id : std::string(name_of(out.why));
  }
  std::string ids(std::string_view name) {
    std::string out;
    auto* s = c->find(name);
    if (s == nullptr) return "unknown";
    for (const auto& m : s->endpoints().members()) out += m->what().id;
    return out;
  }
};
TYPED_TEST_SUITE(DiscoveryClient, worlds);

TYPED_TEST(DiscoveryClient, TheFirstCallerWaitsForTheFirstAnswer) {
  this->put("pay", "a");
  this->start({});
  EXPECT_EQ(this->pick("pay"), "a");
  EXPECT_EQ(this->seen.text, "pay:+a ");
}

TYPED_TEST(DiscoveryClient, AWatchHearsOfChangesAtOnce) {
  this->put("pay", "a");
  this->start({});
  this->pick("pay");
  this->settle(30ms);
  this->put("pay", "b");
  ASSERT_TRUE(this->eventually([&] { return this->ids("pay") == "ab"; }, 200ms));
  this->remove("pay", "a");
  ASSERT_TRUE(this->eventually([&] { return this->ids("pay") == "b"; }, 200ms));
  this->server->state().set_status("pay", "b", registry::status::draining, this->now());
  ASSERT_TRUE(this->eventually([&] { return this->ids("pay").empty(); }, 200ms));
  EXPECT_EQ(this->seen.text, "pay:+a pay:+b pay:-a pay:-b ");
  EXPECT_EQ(this->seen.failures, 0u);
}

TYPED_TEST(DiscoveryClient, AWatchedViewIsCurrentWhileTheWatchIsOpen) {
  this->put("pay", "a");
  this->start({.wait = 100ms});
  this->pick("pay");
  this->settle(350ms);
  EXPECT_EQ(this->c->find("pay")->age(this->now()), 0ns);
  EXPECT_GE(this->c->questions(), 4u);
  EXPECT_LE(this->c->questions(), 5u);
  EXPECT_EQ(this->seen.text, "pay:+a ") << "an answer that says nothing new is no news";
}

TYPED_TEST(DiscoveryClient, APollAsksOnItsGridAndAgesBetween) {
  this->put("pay", "a");
  this->start({.how = refresh::poll, .poll = 100ms, .phase = 30ms});
  this->pick("pay");
  // On sockets a busy machine may be late, never early.
  const double late = std::is_same_v<TypeParam, live_env> ? 0.2 : 0.015;
  const auto first = this->now();
  this->put("pay", "b");
  ASSERT_TRUE(this->eventually([&] { return this->ids("pay") == "ab"; }, 1s));
  EXPECT_GE(to_seconds(this->now() - first), 0.015);
  EXPECT_LE(to_seconds(this->now() - first), 0.030 + late);
  const auto second = this->now();
  this->put("pay", "c");
  this->settle(80ms);
  EXPECT_EQ(this->ids("pay"), "ab");
  EXPECT_GE(this->c->find("pay")->age(this->now()), 80ms);
  ASSERT_TRUE(this->eventually([&] { return this->ids("pay") == "abc"; }, 1s));
  EXPECT_GE(to_seconds(this->now() - second), 0.085);
  EXPECT_LE(to_seconds(this->now() - second), 0.100 + late);
}

TYPED_TEST(DiscoveryClient, OnceReadsAtFirstUseAndKeepsIt) {
  this->put("pay", "a");
  this->start({.how = refresh::once});
  this->settle(20ms);
  EXPECT_EQ(this->c->questions(), 0u);
  EXPECT_EQ(this->pick("pay"), "a");
  this->remove("pay", "a");
  this->put("pay", "b");
  this->settle(100ms);
  EXPECT_EQ(this->pick("pay"), "a");
  EXPECT_EQ(this->c->questions(), 1u);
}

TYPED_TEST(DiscoveryClient, OnceAsksAgainWhileTheListIsEmpty) {
  this->start({.how = refresh::once});
  EXPECT_EQ(this->pick("pay"), "no-instance");
  EXPECT_EQ(this->pick("pay"), "no-instance");
  EXPECT_EQ(this->c->questions(), 2u);
  this->put("pay", "b");
  EXPECT_EQ(this->pick("pay"), "b");
  EXPECT_EQ(this->c->questions(), 3u);
}

TYPED_TEST(DiscoveryClient, KeepLastOutlivesTheRegistry) {
  this->put("pay", "a");
  this->start({});
  this->pick("pay");
  this->settle(20ms);
  this->stop_registry();
  this->settle(500ms);
  EXPECT_EQ(this->pick("pay"), "a");
  EXPECT_GT(this->seen.failures, 0u);
  EXPECT_LT(this->seen.failures, 12u) << "it backs off";
  EXPECT_GE(this->c->find("pay")->age(this->now()), 400ms);
}

TYPED_TEST(DiscoveryClient, FailGivesNothingWhileTheRegistryIsAway) {
  this->put("pay", "a");
  this->start({.outage = {on_outage::fail, {}}});
  this->pick("pay");
  this->settle(20ms);
  const auto saved = this->server->state().save();
  this->stop_registry();
  this->settle(50ms);
  EXPECT_EQ(this->pick("pay"), "registry-unavailable");
  this->restart({});
  this->server->state().restore(saved, this->now());
  EXPECT_TRUE(this->eventually([&] { return this->pick("pay") == "a"; }, 3s));
}

TYPED_TEST(DiscoveryClient, ExpireGivesNothingOnceTheViewIsTooOld) {
  this->put("pay", "a");
  this->start({.outage = {on_outage::expire, 200ms}});
  this->pick("pay");
  this->settle(20ms);
  this->stop_registry();
  this->settle(100ms);
  EXPECT_EQ(this->pick("pay"), "a");
  this->settle(200ms);
  EXPECT_EQ(this->pick("pay"), "registry-unavailable");
}

TYPED_TEST(DiscoveryClient, ARegistryThatWasNeverThereIsUnavailableAtOnce) {
  this->stop_registry();
  this->start({});
  const auto began = this->now();
  EXPECT_EQ(this->pick("pay"), "registry-unavailable");
  EXPECT_LT(this->now() - began, 50ms) << "refused, not waited for";
}

TYPED_TEST(DiscoveryClient, AnEmptyRestartIsSeenAndSoIsTheReturn) {
  this->put("pay", "a");
  this->put("pay", "b");
  this->start({});
  this->pick("pay");
  this->settle(20ms);
  this->restart({.directory = {.epoch = "second"}});
  ASSERT_TRUE(this->eventually([&] { return this->ids("pay").empty(); }, 3s));
  this->put("pay", "a");
  ASSERT_TRUE(this->eventually([&] { return this->ids("pay") == "a"; }, 3s));
}

TYPED_TEST(DiscoveryClient, APartitionIsNoticedByItsTimeOutAndHeals) {
  this->put("pay", "a");
  this->start({.wait = 100ms, .timeout = 100ms});
  this->pick("pay");
  this->settle(20ms);
  net::link_rule rule;
  rule.from.names = {"*"};
  rule.to.names = {"registry"};
  rule.blocked = true;
  const auto cut = this->env.world.conditions().add(rule);
  this->settle(500ms);
  EXPECT_GE(this->seen.failures, 1u);
  EXPECT_EQ(this->pick("pay"), "a");
  this->put("pay", "b");
  this->env.world.conditions().remove(cut);
  EXPECT_TRUE(this->eventually([&] { return this->ids("pay") == "ab"; }, 4s));
}

TYPED_TEST(DiscoveryClient, EverythingThroughOneConnection) {
  this->put("pay", "a");
  this->put("orders", "x");
  this->start({.all = true});
  EXPECT_EQ(this->pick("pay"), "a");
  EXPECT_EQ(this->pick("orders"), "x");
  EXPECT_EQ(this->pick("nobody"), "no-route");
  EXPECT_EQ(this->c->find("nobody"), nullptr) << "a name that somebody asked for costs nothing";
  EXPECT_EQ(this->server->connections(), 1u);
  this->put("fresh", "n");
  EXPECT_TRUE(this->eventually([&] { return this->ids("fresh") == "n"; }, 1s));
  this->remove("orders", "x");
  EXPECT_TRUE(this->eventually([&] { return this->ids("orders").empty(); }, 1s));
  EXPECT_EQ(this->pick("orders"), "no-instance");
  EXPECT_EQ(this->ids("pay"), "a");
}

TYPED_TEST(DiscoveryClient, EverythingAfterAnEmptyRestartIsNothing) {
  this->put("pay", "a");
  this->put("orders", "x");
  this->start({.all = true});
  this->pick("pay");
  this->settle(20ms);
  this->restart({.directory = {.epoch = "second"}});
  this->put("pay", "b");
  ASSERT_TRUE(this->eventually([&] { return this->ids("pay") == "b" && this->ids("orders").empty(); }, 3s));
}

TYPED_TEST(DiscoveryClient, EverythingCanBePolledToo) {
  this->put("pay", "a");
  this->start({.how = refresh::poll, .poll = 50ms, .all = true});
  EXPECT_EQ(this->pick("pay"), "a");
  this->put("orders", "x");
  EXPECT_TRUE(this->eventually([&] { return this->ids("orders") == "x"; }, 1s));
  EXPECT_EQ(this->seen.text, "pay:+a orders:+x ");
}

TYPED_TEST(DiscoveryClient, BalancesByItsPolicy) {
  for (auto id : {"a", "b", "c"}) this->put("pay", id);
  this->start({});
  std::string order;
  for (int i = 0; i < 6; ++i) order += this->pick("pay");
  EXPECT_EQ(order, "abcabc");
}

TYPED_TEST(DiscoveryClient, ManyCallersBeforeTheFirstAnswerAllGetIt) {
  this->put("pay", "a");
  this->start({.how = refresh::once});
  std::vector<picked> out(20);
  std::vector<std::unique_ptr<bool>> done;
  for (auto& p : out) {
    done.push_back(std::make_unique<bool>(false));
    this->user.spawn(pick_one(*this->c, "pay", this->now() + 1s, p, *done.back()));
  }
  ASSERT_TRUE(
      this->eventually([&] { return std::all_of(done.begin(), done.end(), [](const auto& d) { return *d; }); }));
  for (auto& p : out) EXPECT_TRUE(p.to);
  EXPECT_EQ(this->c->questions(), 1u);
  EXPECT_EQ(this->c->find("pay")->endpoints().endpoints()[0].in_flight, 20u);
}

TYPED_TEST(DiscoveryClient, EndsWhenItsHostStopsAndSoDoItsCallers) {
  this->put("pay", "a");
  this->start({});
  this->pick("pay");
  this->settle(20ms);
  this->user.stop();
  this->settle(1ms);
  EXPECT_EQ(this->user.running(), 0u);
  EXPECT_EQ(this->seen.failures, 0u) << "our own end is no failure of the registry";
}

TEST(DiscoveryClientMemo, ClientsWithTheSameAnswerShareOneList) {
  sim_env env;
  net::host machine(env.world, "registry"), a(env.world, "a"), b(env.world, "b");
  registry::server server(machine, {});
  ASSERT_TRUE(server.start(env.registry()));
  server.state().put(make_instance("pay", "x"), env.world.now());
  client_options options;
  options.memo = std::make_shared<list_memo>();
  client one(a, env.registry(), options), two(b, env.registry(), options);
  one.at("pay"), two.at("pay");
  env.world.run_for(100ms);
  ASSERT_NE(one.find("pay")->view().list(), nullptr);
  EXPECT_EQ(one.find("pay")->view().list(), two.find("pay")->view().list());
  a.kill(), b.kill(), machine.kill();
}

TEST(DiscoveryClientMemo, RemembersManyAnswersAndForgetsTheOldest) {
  list_memo memo;
  std::string epoch;
  const auto body = [](int i) {
    return registry::encode(registry::service_list{"s" + std::to_string(1000 + i), 7, {}}, "e" + std::to_string(i));
  };
  const auto first = memo.decode(body(0), epoch);
  for (int i = 1; i < 128; ++i) memo.decode(body(i), epoch);
  EXPECT_EQ(memo.decode(body(0), epoch), first);
  EXPECT_EQ(epoch, "e0");
  memo.decode(body(128), epoch);
  const auto again = memo.decode(body(0), epoch);
  EXPECT_NE(again, first);
  EXPECT_EQ(again->service, "s1000");
  EXPECT_EQ(epoch, "e0");
  EXPECT_EQ(memo.decode("{}", epoch), nullptr);
}

TEST(DiscoveryClientSim, TheSameSeedGivesTheSameRun) {
  const auto run = [] {
    sim_env env;
    net::host machine(env.world, "registry"), user(env.world, "user");
    auto server = std::make_unique<registry::server>(
        machine, registry::server_options{.directory = {.propagation = distribution::exponential(20ms)}});
    EXPECT_TRUE(server->start(env.registry()));
    client c(user, env.registry(), {});
    c.at("pay");
    for (int i = 0; i < 50; ++i) {
      server->state().put(make_instance("pay", "i" + std::to_string(i % 7), static_cast<std::uint16_t>(80 + i)),
                          env.world.now());
      env.world.run_for(13ms);
      if (i == 30) machine.kill();
      if (i == 40) {
        machine.revive();
        EXPECT_TRUE(server->start(env.registry()));
      }
    }
    env.world.run_for(5s);
    const auto digest = env.world.digest();
    user.kill(), machine.kill();
    return digest;
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace meshgauge::discovery
