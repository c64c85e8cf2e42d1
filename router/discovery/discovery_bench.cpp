/// What a registry and its readers cost in the simulated world: host time for each thing that happens.
#include <benchmark/benchmark.h>

#include "fakes/sim/sim_world.hpp"
#include "router/discovery/client.hpp"
#include "router/discovery/registrar.hpp"
#include "router/registry/server.hpp"

namespace meshgauge::discovery {
namespace {

using namespace std::chrono_literals;
const net::endpoint where{boost::asio::ip::address_v4(0x0a000001U), 8500};

registry::instance make(int i) {
  registry::instance out;
  out.service = "service-" + std::to_string(i / 10);
  out.id = "instance-" + std::to_string(i);
  out.address = "10.0.0.1";
  out.port = 80;
  return out;
}

/// Instances with a heartbeat each 5 s: time for one virtual second of all of them.
void heartbeats(benchmark::State& state) {
  sim::sim_world world(1);
  net::host machine(world, "registry");
  registry::server server(machine, {});
  if (!server.start(where)) state.SkipWithError("listen");
  std::vector<std::unique_ptr<net::host>> hosts;
  std::vector<std::unique_ptr<registrar>> registrars;
  for (int i = 0; i < state.range(0); ++i) {
    hosts.push_back(std::make_unique<net::host>(world, "instance/" + std::to_string(i)));
    registrars.push_back(
        std::make_unique<registrar>(*hosts.back(), where, make(i), registrar_options{.phase = 1ms * (i % 5000 + 1)}));
    registrars.back()->start();
  }
  world.run_for(6s);
  const auto before = server.requests();
  for (auto _ : state) world.run_for(1s);
  state.SetItemsProcessed(static_cast<std::int64_t>(server.requests() - before));
  for (auto& h : hosts) h->kill();
  machine.kill();
}
BENCHMARK(heartbeats)->Arg(100)->Arg(10000)->Unit(benchmark::kMillisecond);

/// One status change in a service of 10 that so many clients watch: time until all of them have it.
void fan_out(benchmark::State& state) {
  sim::sim_world world(1);
  net::host machine(world, "registry");
  registry::server server(machine, {});
  if (!server.start(where)) state.SkipWithError("listen");
  for (int i = 0; i < 10; ++i) server.state().put(make(i), world.now());
  client_options options;
  options.memo = std::make_shared<list_memo>();
  std::vector<std::unique_ptr<net::host>> hosts;
  std::vector<std::unique_ptr<client>> clients;
  for (int i = 0; i < state.range(0); ++i) {
    hosts.push_back(std::make_unique<net::host>(world, "client/" + std::to_string(i)));
    clients.push_back(std::make_unique<client>(*hosts.back(), where, options));
    clients.back()->at("service-0");
  }
  world.run_for(1s);
  bool up = true;
  for (auto _ : state) {
    up = !up;
    // Registered anew, so that no lease runs out however long this takes.
    for (int i = 0; i < 10; ++i) {
      auto what = make(i);
      if (i == 3 && !up) what.status = registry::status::draining;
      server.state().put(what, world.now());
    }
    world.run_for(10ms);
  }
  for (const auto& c : clients)
    if (c->find("service-0")->endpoints().size() != (up ? 10u : 9u)) state.SkipWithError("somebody did not hear");
  state.SetItemsProcessed(state.iterations() * state.range(0));
  for (auto& h : hosts) h->kill();
  machine.kill();
}
BENCHMARK(fan_out)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace meshgauge::discovery
