#include "router/discovery/registrar.hpp"

#include <unistd.h>

#include "fakes/sim/sim_world.hpp"
#include "router/discovery/world_test.hpp"
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
    return {boost::asio::ip::address_v4(0x7f000000U | (((pid % 60000) + 256) << 8) | 79), 8500};
  }
};
using worlds = testing::Types<sim_env, live_env>;

net::task<void> leave(registrar& r, instant deadline, int& result) {
  const bool confirmed = co_await r.deregister(deadline);
  result = confirmed ? 1 : 0;
}

template <class Env>
struct Registrar : WithRegistry<Env> {
  registrar_options quick{.heartbeat = 50ms, .timeout = 200ms};
  registry::instance me = make_instance("pay", "pay/0+1");
  std::unique_ptr<registrar> made;
  ~Registrar() override { this->user.kill(); }
  registrar& start() {
    made = std::make_unique<registrar>(this->user, this->env.registry(), me, quick);
    made->start();
    return *made;
  }
  registry::instance_ptr seen() { return this->server->state().table().get("pay", "pay/0+1"); }
};
TYPED_TEST_SUITE(Registrar, worlds);

TYPED_TEST(Registrar, RegistersAtOnceAndKeepsTheLease) {
  this->me.ttl = 120ms;
  this->restart({.sweep = 10ms});
  auto& r = this->start();
  ASSERT_TRUE(this->eventually([&] { return r.registered(); }));
  this->settle(600ms);
  EXPECT_NE(this->seen(), nullptr);
  EXPECT_EQ(r.registrations(), 1u);
  EXPECT_GE(r.heartbeats(), 8u);
  EXPECT_LE(r.heartbeats(), 12u);
  this->user.kill();
  this->settle(200ms);
  EXPECT_EQ(this->seen(), nullptr) << "a killed one lapses";
}

TYPED_TEST(Registrar, TheFirstHeartbeatComesAfterItsPhase) {
  this->quick.heartbeat = 10s;
  this->quick.phase = 60ms;
  auto& r = this->start();
  this->settle(40ms);
  EXPECT_EQ(r.heartbeats(), 0u);
  this->settle(60ms);
  EXPECT_EQ(r.heartbeats(), 1u);
}

TYPED_TEST(Registrar, RegistersAgainWhenTheRegistryForgotIt) {
  auto& r = this->start();
  ASSERT_TRUE(this->eventually([&] { return r.registered(); }));
  this->remove("pay", "pay/0+1");
  EXPECT_TRUE(this->eventually([&] { return r.registrations() == 2; }, 1s));
  EXPECT_NE(this->seen(), nullptr);
}

TYPED_TEST(Registrar, ComesBackAfterARegistryThatRestartsEmpty) {
  auto& r = this->start();
  ASSERT_TRUE(this->eventually([&] { return r.registered(); }));
  this->stop_registry();
  this->settle(300ms);
  EXPECT_GT(r.failures(), 0u);
  this->restart({.directory = {.epoch = "second"}});
  EXPECT_TRUE(this->eventually([&] { return this->seen() != nullptr; }, 3s));
}

TYPED_TEST(Registrar, WaitsForARegistryThatIsNotThereYet) {
  this->stop_registry();
  auto& r = this->start();
  this->settle(500ms);
  EXPECT_FALSE(r.registered());
  EXPECT_LT(r.failures(), 20u) << "it backs off";
  this->restart({});
  EXPECT_TRUE(this->eventually([&] { return r.registered(); }, 3s));
}

TYPED_TEST(Registrar, ChangesItsStatusWithoutWaitingForAHeartbeat) {
  this->quick.heartbeat = 10s;
  auto& r = this->start();
  ASSERT_TRUE(this->eventually([&] { return r.registered(); }));
  r.set_status(registry::status::draining);
  EXPECT_TRUE(this->eventually([&] { return this->seen()->status == registry::status::draining; }, 1s));
  EXPECT_EQ(r.registrations(), 1u);
}

TYPED_TEST(Registrar, DeregistersAndEnds) {
  auto& r = this->start();
  ASSERT_TRUE(this->eventually([&] { return r.registered(); }));
  int result = -1;
  this->user.spawn(leave(r, this->now() + 1s, result));
  ASSERT_TRUE(this->eventually([&] { return result >= 0; }));
  EXPECT_EQ(result, 1);
  EXPECT_EQ(this->seen(), nullptr);
  EXPECT_FALSE(r.running());
  this->settle(200ms);
  EXPECT_EQ(this->seen(), nullptr) << "no heartbeat or registration comes after it";
}

TYPED_TEST(Registrar, ADeregistrationIsNotOvertakenByTheRegistrationBeforeIt) {
  auto& r = this->start();  // the registration is on its way
  int result = -1;
  this->user.spawn(leave(r, this->now() + 1s, result));
  ASSERT_TRUE(this->eventually([&] { return result >= 0; }));
  EXPECT_EQ(result, 1);
  this->settle(100ms);
  EXPECT_EQ(this->seen(), nullptr);
}

TYPED_TEST(Registrar, GivesUpDeregisteringAtTheDeadline) {
  auto& r = this->start();
  ASSERT_TRUE(this->eventually([&] { return r.registered(); }));
  this->stop_registry();
  int result = -1;
  const auto began = this->now();
  this->user.spawn(leave(r, began + 300ms, result));
  ASSERT_TRUE(this->eventually([&] { return result >= 0; }));
  EXPECT_EQ(result, 0);
  EXPECT_GE(this->now() - began, 300ms);
  EXPECT_LT(this->now() - began, 400ms);
  EXPECT_TRUE(this->eventually([&] { return !r.running(); }, 3s));
}

TYPED_TEST(Registrar, EndsWhenItsHostStops) {
  this->quick.heartbeat = 10s;
  auto& r = this->start();
  ASSERT_TRUE(this->eventually([&] { return r.registered(); }));
  this->user.stop();
  this->settle(1ms);
  EXPECT_FALSE(r.running());
  EXPECT_EQ(this->user.running(), 0u);
}

}  // namespace
}  // namespace meshgauge::discovery
