#pragma once
/// The two worlds, a registry and clients of it: what the tests of this folder stand on.

#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <memory>

#include "fakes/sim/sim_world.hpp"
#include "router/net/live/live_world.hpp"
#include "router/registry/server.hpp"

namespace meshgauge::discovery {

using namespace std::chrono_literals;

struct sim_env {
  sim::sim_world world{1};
  static constexpr bool live = false;
  net::endpoint registry() { return {boost::asio::ip::address_v4(0x0a000001U), 8500}; }
};

struct live_env {
  net::live::live_world world{{.seed = 1, .emulate_network = true}};
  static constexpr bool live = true;
  net::endpoint registry() {  // an address of this process alone, so that ports cannot clash
    const auto pid = static_cast<unsigned>(::getpid());
    return {boost::asio::ip::address_v4(0x7f000000U | (((pid % 60000) + 256) << 8) | 78), 8500};
  }
};
using worlds = testing::Types<sim_env, live_env>;

inline registry::instance make_instance(std::string service, std::string id, std::uint16_t port = 80) {
  registry::instance i;
  i.service = std::move(service);
  i.id = std::move(id);
  i.address = "10.0.0.1";
  i.port = port;
  return i;
}

template <class Env>
class WithRegistry : public testing::Test {
 public:
  WithRegistry() { restart({}); }
  ~WithRegistry() override {
    user.kill();
    machine.kill();
    settle(20ms);
  }
  void stop_registry() { machine.kill(); }
  void restart(registry::server_options options) {
    machine.kill();
    machine.revive();
    server = std::make_unique<registry::server>(machine, std::move(options));
    const auto where = server->start(env.registry());
    ASSERT_TRUE(where) << where.error().message();
  }
  instant now() { return env.world.now(); }
  void settle(duration d) { env.world.run_until(now() + d); }
  bool eventually(const std::function<bool()>& done, duration at_most = 5s) {
    return env.world.run_until(now() + at_most, done);
  }
  void put(std::string service, std::string id, std::uint16_t port = 80) {
    server->state().put(make_instance(std::move(service), std::move(id), port), now());
  }
  void remove(std::string_view service, std::string_view id) { server->state().remove(service, id, now()); }

  Env env;
  net::host machine{env.world, "registry"};
  net::host user{env.world, "user"};
  std::unique_ptr<registry::server> server;
};

}  // namespace meshgauge::discovery
