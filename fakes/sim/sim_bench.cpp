#include <benchmark/benchmark.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <thread>

#include "fakes/sim/sim_world.hpp"

/// What the simulated world costs without any HTTP: events, armed timers, idle connections. docs/simulation.md has the
/// figures.

namespace meshgauge::sim {
namespace {

using namespace std::chrono_literals;
using net::error_code;
using net::task;

/// Memory in use; huge pages make it coarse, so many connections are counted together.
std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t all = 0, resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::size_t>(getpagesize());
}

const net::endpoint server_at{boost::asio::ip::address_v4(0x0a000001U), 80};

task<void> echo(net::stream_ptr s) {
  for (;;) {
    s->deadline(saturating_add(s->owner().now(), 75s));
    const error_code filled = co_await s->fill();
    if (filled) co_return;
    const error_code sent = co_await s->send(net::buffer_of(s->peek()));
    if (sent) co_return;
    s->consume(s->peek().size());
  }
}

task<void> accept(net::host& h, net::listener_ptr l) {
  for (;;) {
    auto s = co_await l->accept();
    if (!s) co_return;
    h.spawn(echo(std::move(*s)));
  }
}

/// Asks `rounds` times, then stays connected and waits for what never comes.
task<void> ask(net::host& h, duration first, std::size_t rounds) {
  const std::string text(200, 'x');
  co_await h.sleep(first);
  net::stream_ptr s = h.open(server_at);
  const error_code opened = co_await s->opened();
  if (opened) co_return;
  for (std::size_t i = 0;; ++i) {
    s->deadline(saturating_add(h.now(), 10s));
    if (i < rounds) {
      const error_code sent = co_await s->send(net::buffer_of(text));
      if (sent) co_return;
    } else {
      s->deadline(never);
    }
    const error_code filled = co_await s->fill();
    if (filled) co_return;
    s->consume(s->peek().size());
  }
}

task<void> sleep_once(net::host& h, instant at) {
  co_await h.sleep_until(at);
}
task<void> sleep_often(net::host& h, rng draws) {
  for (;;) {
    const error_code ec = co_await h.sleep(duration(static_cast<std::int64_t>(1'000'000 + draws.below(99'000'000))));
    if (ec) co_return;
  }
}

struct connections {
  connections(std::size_t count, std::size_t rounds) {
    world.conditions().set_default({.latency = distribution::constant(250us), .extra = {}});
    auto l = server.listen(server_at);
    server.spawn(accept(server, std::move(*l)));
    for (std::size_t i = 0; i < count; ++i) {
      client.spawn(ask(client, duration(static_cast<std::int64_t>(i * 500'000 / count)), rounds));
    }
  }
  ~connections() {
    client.kill();
    server.kill();
    world.run_for(1s);
  }
  sim_world world{1};
  net::host server{world, "server"};
  net::host client{world, "client"};
};

constexpr std::size_t no_end = static_cast<std::size_t>(-1);

/// 200-byte ping-pongs on so many connections, with deadlines.
void ping_pongs(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  connections c(count, no_end);
  c.world.run_for(20ms);
  const std::uint64_t before = c.world.events();
  const duration slice = duration(500'000) * static_cast<std::int64_t>(20'000 / count + 1);
  for (auto _ : state) c.world.run_for(slice);
  const auto events = static_cast<std::int64_t>(c.world.events() - before);
  state.SetItemsProcessed(events / 2);
  state.counters["events/s"] = benchmark::Counter(static_cast<double>(events), benchmark::Counter::kIsRate);
}
BENCHMARK(ping_pongs)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

/// The same among so many timers that are armed and do not fire.
void events_with_armed_timers(benchmark::State& state) {
  connections c(100, no_end);
  net::host sleeper(c.world, "sleeper");
  const rng draws = sleeper.random("wake");
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    const auto later = duration(static_cast<std::int64_t>(draws.at(static_cast<std::uint64_t>(i)) >> 12));
    sleeper.spawn(sleep_once(sleeper, instant{} + 10h + later));
  }
  c.world.run_for(20ms);
  const std::uint64_t before = c.world.events();
  for (auto _ : state) c.world.run_for(100ms);
  state.SetItemsProcessed(static_cast<std::int64_t>(c.world.events() - before));
  state.counters["armed"] = static_cast<double>(c.world.armed_timers());
  sleeper.kill();
}
BENCHMARK(events_with_armed_timers)->Arg(0)->Arg(100'000)->Unit(benchmark::kMillisecond);

/// Nothing but timers that fire and are armed again, one each for so many coroutines.
void sleeping_coroutines(benchmark::State& state) {
  sim_world world(1);
  net::host h(world, "sleeper");
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    h.spawn(sleep_often(h, h.random("wake").derive(static_cast<std::uint64_t>(i))));
  }
  world.run_for(100ms);
  const std::uint64_t before = world.events();
  for (auto _ : state) world.run_for(duration(50ms) * 10'000 / state.range(0));
  state.SetItemsProcessed(static_cast<std::int64_t>(world.events() - before));
  h.kill();
}
BENCHMARK(sleeping_coroutines)->Arg(1000)->Arg(100'000)->Unit(benchmark::kMillisecond);

/// Memory of a connection that has carried bytes and idles: both streams, both coroutines, one deadline each.
void idle_connection_pair(benchmark::State& state) {
  constexpr std::size_t count = 10'000;
  double bytes = 0;
  for (auto _ : state) {
    std::thread([&] {  // with an empty pool of blocks
      const std::size_t before = resident_bytes();
      connections c(count, 3);
      c.world.run_for(50ms);
      bytes = static_cast<double>(resident_bytes() - before) / count;
    })
        .join();
  }
  state.counters["bytes"] = bytes;
}
BENCHMARK(idle_connection_pair)->Iterations(1)->Unit(benchmark::kMillisecond);

/// The queue alone: one event out, one in, so many waiting.
void event_queue_alone(benchmark::State& state) {
  event_queue queue;
  rng draws(1);
  const auto count = static_cast<std::uint64_t>(state.range(0));
  for (std::uint64_t i = 0; i < count; ++i) {
    queue.push({.at = instant(duration(static_cast<std::int64_t>(draws.below(1'000'000)))), .actor = draws.next()});
  }
  std::uint64_t sum = 0;
  for (auto _ : state) {
    event e = *queue.peek(never);
    queue.pop();
    sum += e.actor;
    e.at += 250us + duration(static_cast<std::int64_t>(draws.below(1'000'000)));
    ++e.count;
    queue.push(e);
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(event_queue_alone)->Arg(100)->Arg(10'000)->Arg(1'000'000);

}  // namespace
}  // namespace meshgauge::sim
