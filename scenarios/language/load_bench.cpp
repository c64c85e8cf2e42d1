#include <benchmark/benchmark.h>

#include "scenarios/language/load.hpp"

namespace {

void load(benchmark::State& state, const char* name) {
  const std::string path = std::string(MESHGAUGE_SOURCE_DIR "/scenarios/language/testdata/") + name;
  for (auto _ : state) benchmark::DoNotOptimize(meshgauge::language::load_file(path));
}
BENCHMARK_CAPTURE(load, json, "rolling-deploy.scenario.json")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(load, yaml, "gray-failure.scenario.yaml")->Unit(benchmark::kMicrosecond);

}  // namespace
