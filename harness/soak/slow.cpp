#include <fmt/format.h>

#include <algorithm>

#include "harness/pace/pacer.hpp"
#include "harness/soak/crowd.hpp"
#include "harness/soak/eventually.hpp"
#include "harness/soak/findings.hpp"
#include "harness/soak/modes.hpp"
#include "harness/soak/served.hpp"
#include "harness/soak/slow_clients.hpp"
#include "router/net/live/live_world.hpp"

namespace meshgauge::soak {
namespace {

using namespace std::chrono_literals;
using net::task;

constexpr duration alone = 5s, together = 30s, others_join = 8s;
constexpr duration head_timeout = 10s, body_timeout = 8s;  // as serve is told below
constexpr duration tardiness = 3s;                         // of a busy machine
constexpr std::size_t big = 64 * 1024 * 1024, upload = 20;
// What docs/serve.md bounds: a head that is read is small here, and an answer has 256 KiB each way.
constexpr double head_bytes_max = 8 * 1024, never_reader_bytes_max = 2.0 * 1024 * 1024;

task<void> paced(net::host& h, pace::plan p, pace::outcome& out, bool& done) {
  co_await pace::play(h, std::move(p), out);
  done = true;
}

/// Runs the world for `d` and gives the most that `serve` had resident meanwhile.
double peak(net::live::live_world& w, served& s, duration d) {
  std::size_t most = 0;
  for (const instant until = w.now() + d; w.now() < until; w.run_for(100ms)) {
    most = std::max(most, s.process().resident_bytes());
  }
  return static_cast<double>(most);
}

double mib(double bytes) {
  return bytes / (1024 * 1024);
}

void show(const char* when, pace::outcome& o, findings& found) {
  const auto ms = [&](unsigned q) { return static_cast<double>(pace::quantile(o.latencies, q).count()) / 1e6; };
  fmt::print("{:<34}{} answered, {} failed, p50 {:.2f} ms, p99 {:.2f} ms\n", when, o.latencies.size(), o.failed,
             ms(500), ms(990));
  if (o.failed > 0) found.add(fmt::format("{} requests of the well-behaved client failed {}", o.failed, when));
  if (o.latencies.empty()) found.add("the well-behaved client was not answered at all");
}

void judge_heads(const std::vector<slow_end>& ends, unsigned expected, findings& found) {
  unsigned told = 0, cut = 0;
  duration latest{};
  for (const slow_end& e : ends) {
    if (e.it == slow_end::how::still_open && e.after < head_timeout + tardiness) continue;  // the run ended before
    if (e.it == slow_end::how::still_open) found.add("a slow head was not cut");
    told += e.it == slow_end::how::told ? 1 : 0;
    cut += e.it == slow_end::how::cut ? 1 : 0;
    latest = std::max(latest, e.after);
    if (e.it == slow_end::how::told && e.status != 408) found.add(fmt::format("a slow head was told {}", e.status));
    if (e.after < head_timeout - 1s) found.add("a slow head was cut too early");
    if (e.after > head_timeout + tardiness) found.add("a slow head was cut too late");
  }
  fmt::print("{:<34}{} told 408, {} cut, the last after {:.1f} s\n", "slow heads", told, cut, to_seconds(latest));
  if (told + cut < expected) found.add(fmt::format("only {} of {} slow heads were cut", told + cut, expected));
}

}  // namespace

bool slow(const slow_plan& p) {
  findings found;
  crowd instances(2, big);
  std::vector<std::string> flags{"--client-head-timeout", "10s", "--client-body-timeout", "8s"};
  for (const net::endpoint& e : instances.at()) {
    flags.insert(flags.end(), {"--instance", "soaked=" + net::to_string(e)});
  }
  served router(p.program, flags, [](std::string_view) {});
  net::live::live_world world({});
  net::host good(world, "good"), bad(world, "bad");
  const net::endpoint to = router.at().router;
  const pace::plan plan{.to = to, .target = "/soaked/x", .connections = 20, .rate = p.rate, .length = alone};

  pace::outcome before, during;
  bool done = false;
  good.spawn(paced(good, plan, before, done));
  const double memory_alone = peak(world, router, alone);
  world.run_until(never, [&] { return done; });

  done = false;
  pace::plan longer = plan;
  longer.length = together;
  good.spawn(paced(good, longer, during, done));
  const instant begin = world.now(), end = begin + together;
  std::vector<slow_end> heads, readers, uploads;
  for (unsigned i = 0; i < p.heads; ++i) {
    bad.spawn(drip_head(bad, to, begin + std::chrono::milliseconds(i * 1000 / p.heads), end - 1s, heads));
  }
  const double memory_heads = peak(world, router, others_join);
  for (unsigned i = 0; i < p.never_readers; ++i) {
    bad.spawn(never_read(bad, to, "/soaked/big", begin + others_join + body_timeout + 4s + tardiness, readers));
  }
  const double memory_readers = peak(world, router, 5s);
  for (unsigned i = 0; i < p.uploads; ++i) bad.spawn(drip_body(bad, to, "/soaked/upload", upload, uploads));
  const double memory_all = peak(world, router, end - world.now());
  eventually(world, 30s, [&] { return done && bad.running() == 0; });
  if (bad.running() > 0) found.add(fmt::format("{} slow clients have not ended", bad.running()));

  show("alone", before, found);
  show("beside slow clients", during, found);
  const double a_head = (memory_heads - memory_alone) / p.heads;
  const double a_reader = p.never_readers == 0 ? 0 : (memory_readers - memory_heads) / p.never_readers;
  fmt::print("{:<34}{:.1f} MiB alone, {:.1f} with slow heads, {:.1f} with never-reading clients, {:.1f} at most\n",
             "resident", mib(memory_alone), mib(memory_heads), mib(memory_readers), mib(memory_all));
  fmt::print("{:<34}{:.1f} KiB a slow head, {:.0f} KiB a client that never reads\n", "", a_head / 1024,
             a_reader / 1024);
  if (a_head > head_bytes_max) found.add(fmt::format("{:.1f} KiB a slow head", a_head / 1024));
  if (a_reader > never_reader_bytes_max) found.add(fmt::format("{:.0f} KiB a never-reading client", a_reader / 1024));
  judge_heads(heads, p.heads, found);

  std::uint64_t most = 0;
  for (const slow_end& e : readers) {
    most = std::max(most, e.bytes);
    if (e.bytes >= big) found.add("a client that did not read for long got all of its answer");
    if (e.it != slow_end::how::cut) found.add("a client that did not read was not cut");
  }
  fmt::print("{:<34}{} cut, after at most {:.1f} of 64 MiB\n", "never-reading clients", readers.size(),
             mib(static_cast<double>(most)));
  if (readers.size() != p.never_readers) found.add("a client that did not read has not ended");
  unsigned answered = 0;
  for (const slow_end& e : uploads) {
    if (e.it == slow_end::how::answered) {
      ++answered;
    } else {
      found.add(
          fmt::format("a slow but steady upload was ended with {} after {:.1f} s", e.status, to_seconds(e.after)));
    }
  }
  fmt::print("{:<34}{} of {} answered 200\n", "uploads of 1 byte/s", answered, p.uploads);
  if (uploads.size() != p.uploads) found.add("an upload has not ended");

  bad.kill();
  good.kill();
  world.run_for(0s);
  router.process().signal(15);
  const auto code = router.process().wait(15s);
  if (code != 0) found.add(fmt::format("serve ended with {}", code.value_or(-1)));
  fmt::print("{}", found.empty() ? "holds\n" : found.text());
  return found.empty();
}

}  // namespace meshgauge::soak
