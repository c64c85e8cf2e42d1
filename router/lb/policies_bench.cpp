/// What a pick costs, by policy and number of instances.
#include <benchmark/benchmark.h>

#include "router/lb/balancer.hpp"

namespace meshgauge::lb {
namespace {

void pick(benchmark::State& state) {
  balancer b({.policy = static_cast<policy>(state.range(0))});
  std::vector<std::string> ids;
  for (int i = 0; i < state.range(1); ++i) ids.push_back("payments-" + std::to_string(10000 + i));
  std::vector<endpoint> list;
  rng r(1);
  for (const auto& id : ids) list.push_back({id, static_cast<std::uint32_t>(r.below(4)), 1});
  instant now{};
  for (auto _ : state) benchmark::DoNotOptimize(b.pick(list, r, now += duration(17)));
  state.SetLabel(std::string(name_of(b.policy())));
}
BENCHMARK(pick)->ArgsProduct({{0, 1, 2, 3, 4}, {10, 1000}});

}  // namespace
}  // namespace meshgauge::lb
