#include <benchmark/benchmark.h>

#include "harness/record/example_scenario_test.hpp"
#include "harness/record/recorder.hpp"
#include "harness/record/save.hpp"
#include "router/core/rng.hpp"

/// What recording costs a request: one attempt and one end, with `in flight` others between the two.

namespace meshgauge::record {
namespace {

using namespace std::chrono_literals;

scenarios::scenario ten_minutes() {
  return example::two_phases(600s);
}

void attempted_and_ended(benchmark::State& state) {
  const auto s = ten_minutes();
  recorder rec(s, 0, 1, scenarios::engine::sim);
  for (std::uint32_t i = 0; i < 100; ++i) rec.add_instance(0, i, 0, "v1", 1);
  rec.add_viewer("router/0");
  const auto in_flight = static_cast<std::uint64_t>(state.range(0));
  const rng draws(7);
  const duration gap = duration(600s) / 10'000'000;  // ten million requests fill the run
  const auto due_of = [&](std::uint64_t n) { return instant{} + gap * static_cast<std::int64_t>(n % 10'000'000); };
  std::uint64_t n = 0;
  for (auto _ : state) {
    const std::uint64_t draw = draws.at(n);
    attempt a{.request = n, .chooser = 0, .instance = static_cast<std::uint32_t>(draw % 100)};
    a.then = truth::serving;
    a.sent = due_of(n);
    a.end = a.sent + 5ms;
    a.status = 200;
    rec.attempted(a);
    if (n >= in_flight) {
      const std::uint64_t m = n - in_flight;
      const instant due = due_of(m);
      const duration took = 1ms + duration(static_cast<std::int64_t>(draw >> 38));
      request r{.number = m, .due = due, .sent = due, .end = due + took, .status = 200};
      if (draw % 64 == 0) r.status = 503, r.why = cause::queue_full;
      rec.ended(r);
    }
    ++n;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(attempted_and_ended)->Arg(50)->Arg(1000)->Arg(20000)->Iterations(5'000'000);

void finish_save_and_load(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    const auto s = ten_minutes();
    recorder rec(s, 0, 1, scenarios::engine::sim);
    for (std::uint64_t n = 0; n < 900'000; ++n) {
      const instant due = instant{} + duration(600s) / 900'000 * static_cast<std::int64_t>(n);
      rec.ended({.number = n,
                 .due = due,
                 .sent = due,
                 .end = due + duration(1'000'000 + n * 7919 % 40'000'000),
                 .status = 200});
    }
    state.ResumeTiming();
    const auto r = rec.finish(instant{} + 600s, 1, 1);
    const std::string text = save(*r);
    state.counters["bytes"] = static_cast<double>(text.size());
    benchmark::DoNotOptimize(load(text).value);
  }
}
BENCHMARK(finish_save_and_load)->Unit(benchmark::kMillisecond)->Iterations(3);

}  // namespace
}  // namespace meshgauge::record
