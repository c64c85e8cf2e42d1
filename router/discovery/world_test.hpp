#pragma once
/// A registry and a host that uses it, in a world `Env`: what the tests of this folder stand on.

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "router/registry/server.hpp"

namespace meshgauge::discovery {

using namespace std::chrono_literals;

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
