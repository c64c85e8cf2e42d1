// The registry behind real HTTP, as whoever talks to it sees it: the same claims in the simulated and in the live
// world.
#include "router/registry/server.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>

#include "fakes/sim/sim_world.hpp"
#include "router/http/client.hpp"
#include "router/net/live/live_world.hpp"
#include "router/registry/codec.hpp"

namespace meshgauge::registry {
namespace {

using namespace std::chrono_literals;
using net::host;
using net::task;

struct sim_env {
  sim::sim_world world{1};
  net::endpoint at() { return {boost::asio::ip::address_v4(0x0a000001U), 8500}; }
};

struct live_env {
  net::live::live_world world{{.seed = 1}};
  net::endpoint at() {  // an address of this process alone, so that ports cannot clash
    const auto pid = static_cast<unsigned>(::getpid());
    return {boost::asio::ip::address_v4(0x7f000000U | (((pid % 60000) + 256) << 8) | 77), 8500};
  }
};

struct call {
  bool done = false;
  net::error_code ec;
  http::response got;
  instant at{};
};

task<void> ask_one(host& h, http::client& c, std::string method, std::string target, std::string body, call& out) {
  auto r = co_await c.ask(method, std::move(target), std::move(body), h.now() + 60s);
  if (r)
    out.got = std::move(*r);
  else
    out.ec = r.error();
  out.at = h.now();
  out.done = true;
}

/// Says `text` on a connection of its own and hears everything until the other side ends it.
task<void> say_raw(host& h, net::endpoint to, std::string text, std::string& heard, bool& done) {
  auto s = h.open(to);
  s->deadline(h.now() + 3s);
  auto ec = co_await s->opened();
  if (!ec) ec = co_await s->send(net::buffer_of(text));
  while (!ec) ec = co_await s->fill();
  heard = s->peek();
  done = true;
}

template <class Env>
class RegistryServer : public testing::Test {
 public:
  RegistryServer() { restart({}); }
  ~RegistryServer() override {
    client.kill();
    machine.kill();
    settle(20ms);
  }
  void restart(server_options options) {
    machine.kill();
    machine.revive();
    registry = std::make_unique<server>(machine, std::move(options));
    const auto where = registry->start(env.at());
    ASSERT_TRUE(where) << where.error().message();
  }
  void settle(duration d) { env.world.run_until(env.world.now() + d); }
  void begin(http::client& c, std::string method, std::string target, std::string body, call& out) {
    client.spawn(ask_one(client, c, std::move(method), std::move(target), std::move(body), out));
  }
  bool finish(call& c, duration at_most = 5s) {
    return env.world.run_until(env.world.now() + at_most, [&] { return c.done; });
  }
  std::string say(std::string method, std::string target, std::string body = "") {
    call c;
    begin(talk, std::move(method), std::move(target), std::move(body), c);
    EXPECT_TRUE(finish(c));
    return c.ec ? c.ec.message() : std::to_string(c.got.status) + " " + c.got.body;
  }
  std::string put(const std::string& path) {
    return say("PUT", "/v1/services/" + path, R"({"address":"10.0.0.1","port":80})").substr(0, 3);
  }
  std::string raw(const std::string& text) {
    std::string heard;
    bool done = false;
    client.spawn(say_raw(client, env.at(), text, heard, done));
    EXPECT_TRUE(env.world.run_until(env.world.now() + 5s, [&] { return done; }));
    return heard;
  }
  std::string ids(const call& c) {
    std::string out;
    const auto list = decode_list(c.got.body);
    if (!list) return list.error().text;
    for (const auto& i : list->list.instances) out += i->id;
    return out;
  }

  Env env;
  host machine{env.world, "registry"};
  host client{env.world, "client"};
  std::unique_ptr<server> registry;
  http::client talk{client, env.at()}, other{client, env.at()};
};
using Worlds = testing::Types<sim_env, live_env>;
TYPED_TEST_SUITE(RegistryServer, Worlds);

TYPED_TEST(RegistryServer, RegistersListsAndRemoves) {
  EXPECT_EQ(this->put("pay/instances/a"), "201");
  EXPECT_EQ(this->say("GET", "/v1/services/pay/instances"),
            R"(200 {"epoch":"0","service":"pay","revision":1,"instances":[)"
            R"({"id":"a","address":"10.0.0.1","port":80,"status":"UP","weight":1}]})");
  EXPECT_EQ(this->say("DELETE", "/v1/services/pay/instances/a"), "200 {}");
  EXPECT_EQ(this->say("PUT", "/v1/services/pay/instances/a/heartbeat"), R"(404 {"error":"pay/a is not registered"})");
  EXPECT_EQ(this->say("GET", "/healthz"), "200 {}");
  EXPECT_EQ(this->registry->connections(), 1u) << "one kept connection carries all of it";
}

TYPED_TEST(RegistryServer, RefusesABodyThatIsTooLargeWithoutReadingIt) {
  const auto got = this->raw("PUT /v1/services/pay/instances/a HTTP/1.1\r\nHost: r\r\nContent-Length: 131073\r\n\r\n");
  EXPECT_EQ(got.substr(0, 12), "HTTP/1.1 413") << got;
  EXPECT_EQ(this->say("GET", "/healthz"), "200 {}");
}

TYPED_TEST(RegistryServer, SaysWhatIsAllowed) {
  const auto got = this->raw("POST /v1/services HTTP/1.1\r\nHost: r\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(got.substr(0, 12), "HTTP/1.1 405") << got;
  EXPECT_NE(got.find("\r\nAllow: GET\r\n"), std::string::npos) << got;
}

TYPED_TEST(RegistryServer, ALongPollIsAnsweredWhenAChangeComes) {
  this->put("pay/instances/a");
  call poll;
  this->begin(this->other, "GET", "/v1/services/pay/instances?index=1&wait=30s", "", poll);
  this->settle(50ms);
  EXPECT_FALSE(poll.done);
  EXPECT_EQ(this->registry->state().watchers(), 1u);
  this->put("orders/instances/x");
  this->settle(20ms);
  EXPECT_FALSE(poll.done) << "another service is none of its business";
  this->put("pay/instances/b");
  ASSERT_TRUE(this->finish(poll));
  EXPECT_EQ(this->ids(poll), "ab");
  EXPECT_EQ(poll.got.revision, 3u);
  EXPECT_EQ(this->registry->state().watchers(), 0u);
}

TYPED_TEST(RegistryServer, ALongPollEndsWithItsTime) {
  this->put("pay/instances/a");
  call poll;
  const auto began = this->env.world.now();
  this->begin(this->other, "GET", "/v1/services/pay/instances?index=1&wait=200ms", "", poll);
  ASSERT_TRUE(this->finish(poll));
  EXPECT_GE(poll.at - began, 200ms);
  EXPECT_EQ(poll.got.revision, 1u);
  EXPECT_EQ(this->ids(poll), "a");
}

TYPED_TEST(RegistryServer, TheConnectionServesOnAfterALongPoll) {
  this->put("pay/instances/a");
  for (int i = 0; i < 3; ++i) {
    call poll;
    this->begin(this->other, "GET", "/v1/services/pay/instances?index=1&wait=20ms", "", poll);
    ASSERT_TRUE(this->finish(poll));
    EXPECT_EQ(poll.got.status, 200u);
  }
  EXPECT_EQ(this->registry->connections(), 2u);
}

TYPED_TEST(RegistryServer, AWatcherWhoseConnectionIsGoneIsDropped) {
  this->put("pay/instances/a");
  host visitor(this->env.world, "visitor");
  http::client c(visitor, this->env.at());
  call poll;
  visitor.spawn(ask_one(visitor, c, "GET", "/v1/services/pay/instances?index=1&wait=10m", "", poll));
  this->settle(50ms);
  EXPECT_EQ(this->registry->state().watchers(), 1u);
  visitor.kill();
  this->settle(50ms);
  EXPECT_EQ(this->registry->state().watchers(), 0u);
  EXPECT_EQ(this->registry->connections(), 1u);
}

TYPED_TEST(RegistryServer, TooManyWatchersAreTurnedAway) {
  this->restart({.directory = {.watchers_max = 1}});
  this->put("pay/instances/a");
  call first, second;
  http::client third(this->client, this->env.at());
  this->begin(this->other, "GET", "/v1/services/pay/instances?index=1&wait=200ms", "", first);
  this->settle(20ms);
  this->begin(third, "GET", "/v1/services/pay/instances?index=1&wait=200ms", "", second);
  ASSERT_TRUE(this->finish(second));
  EXPECT_EQ(second.got.status, 503u);
  ASSERT_TRUE(this->finish(first));
  EXPECT_EQ(first.got.status, 200u);
}

TYPED_TEST(RegistryServer, ASilentInstanceLeavesWithTheSweepAfterItsLease) {
  this->restart({.sweep = 50ms});
  const auto began = this->env.world.now();
  this->say("PUT", "/v1/services/pay/instances/a", R"({"address":"10.0.0.1","port":80,"ttl":"120ms"})");
  call poll;
  this->begin(this->other, "GET", "/v1/services/pay/instances?index=1&wait=5s", "", poll);
  ASSERT_TRUE(this->finish(poll));
  EXPECT_EQ(this->ids(poll), "");
  EXPECT_GE(poll.at - began, 120ms);
  EXPECT_LT(poll.at - began, 120ms + 50ms + 100ms);
}

TYPED_TEST(RegistryServer, ChangesReachAWatcherAfterTheirDelay) {
  this->restart({.directory = {.propagation = distribution::constant(100ms)}});
  call poll, early;
  this->begin(this->other, "GET", "/v1/services/pay/instances?index=0&wait=5s", "", poll);
  this->settle(20ms);
  this->put("pay/instances/a");
  const auto changed = this->env.world.now();
  EXPECT_NE(this->say("GET", "/v1/services/pay/instances").find("\"instances\":[]"), std::string::npos);
  ASSERT_TRUE(this->finish(poll));
  EXPECT_EQ(this->ids(poll), "a");
  EXPECT_GE(poll.at - changed, 95ms);
  EXPECT_LT(poll.at - changed, 200ms);
}

TYPED_TEST(RegistryServer, AnEmptyRestartAnswersReadersOfTheOldLifeAtOnce) {
  this->put("pay/instances/a");
  this->restart({.directory = {.epoch = "second"}});
  this->put("pay/instances/b");
  call poll;
  this->begin(this->other, "GET", "/v1/services/pay/instances?index=1&epoch=0&wait=30s", "", poll);
  ASSERT_TRUE(this->finish(poll));
  EXPECT_EQ(this->ids(poll), "b");
}

TYPED_TEST(RegistryServer, ARestoredRestartKeepsEverybody) {
  this->put("pay/instances/a");
  const auto saved = this->registry->state().save();
  this->restart({});
  this->registry->state().restore(saved, this->env.world.now());
  EXPECT_EQ(this->say("PUT", "/v1/services/pay/instances/a/heartbeat"), "200 {}");
}

TYPED_TEST(RegistryServer, PipelinedRequestsBehindALongPollWaitTheirTurn) {
  this->put("pay/instances/a");
  const auto got = this->raw(
      "GET /v1/services/pay/instances?index=1&wait=100ms HTTP/1.1\r\nHost: r\r\n\r\n"
      "GET /healthz HTTP/1.1\r\nHost: r\r\nConnection: close\r\n\r\n");
  const auto first = got.find("\"service\":\"pay\""), second = got.find("\r\n\r\n{}");
  ASSERT_NE(first, std::string::npos) << got;
  ASSERT_NE(second, std::string::npos) << got;
  EXPECT_LT(first, second);
}

}  // namespace
}  // namespace meshgauge::registry
