/// 10,000 instances in 1,000 services: what each call costs.
#include <benchmark/benchmark.h>

#include "router/registry/lease_table.hpp"

namespace meshgauge::registry {
namespace {

using namespace std::chrono_literals;
constexpr int services = 1000, each = 10;

const std::vector<instance>& everybody() {
  static const auto all = [] {
    std::vector<instance> out;
    for (int i = 0; i < services * each; ++i) {
      instance what;
      what.service = "service-" + std::to_string(i % services);
      what.id = "instance-" + std::to_string(i / services);
      what.address = "10.0.0.1";
      what.port = 8080;
      out.push_back(what);
    }
    return out;
  }();
  return all;
}

lease_table full() {
  lease_table t(15s);
  for (const auto& i : everybody()) t.put(i, instant{});
  return t;
}

void register_all(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(full());
  state.SetItemsProcessed(state.iterations() * services * each);
}
BENCHMARK(register_all)->Unit(benchmark::kMillisecond);

void heartbeat(benchmark::State& state) {
  auto t = full();
  std::size_t i = 0;
  instant now{};
  for (auto _ : state) {
    const auto& what = everybody()[i = (i + 7919) % (services * each)];
    benchmark::DoNotOptimize(t.heartbeat(what.service, what.id, now += 1us));
  }
}
BENCHMARK(heartbeat);

void expire_all(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    auto t = full();
    state.ResumeTiming();
    benchmark::DoNotOptimize(t.expire(instant{} + 15s));
  }
  state.SetItemsProcessed(state.iterations() * services * each);
}
BENCHMARK(expire_all)->Unit(benchmark::kMillisecond);

void list_unchanged(benchmark::State& state) {
  auto t = full();
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(t.list(everybody()[i = (i + 7919) % (services * each)].service));
}
BENCHMARK(list_unchanged);

void change_and_list(benchmark::State& state) {
  auto t = full();
  std::size_t i = 0;
  bool up = false;
  for (auto _ : state) {
    const auto& what = everybody()[i = (i + 7919) % (services * each)];
    if (i < 7919) up = !up;
    t.set_status(what.service, what.id, up ? status::up : status::draining);
    benchmark::DoNotOptimize(t.list(what.service));
  }
}
BENCHMARK(change_and_list);

void list_after_change_of_10000_in_one_service(benchmark::State& state) {
  lease_table t(15s);
  for (auto what : everybody()) {
    what.id += what.service;
    what.service = "one";
    t.put(what, instant{});
  }
  bool up = false;
  for (auto _ : state) {
    t.set_status("one", "instance-3service-3", (up = !up) ? status::draining : status::up);
    benchmark::DoNotOptimize(t.list("one"));
  }
}
BENCHMARK(list_after_change_of_10000_in_one_service)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace meshgauge::registry
