#include <fmt/format.h>

#include "harness/soak/asker.hpp"
#include "harness/soak/crowd.hpp"
#include "harness/soak/eventually.hpp"
#include "harness/soak/findings.hpp"
#include "harness/soak/modes.hpp"
#include "harness/soak/served.hpp"
#include "router/net/live/live_world.hpp"

namespace meshgauge::soak {
namespace {

using namespace std::chrono_literals;
using net::task;

constexpr unsigned keeping = 50, reconnecting = 10;

struct round {
  net::endpoint to;
  findings& found;
  unsigned running = 0;
  std::uint64_t answered = 0, told = 0, refused = 0;
  bool signalled = false;
};

/// A closed loop until nobody lets it in any more.
task<void> loop(net::host& h, round& r, bool keeps, unsigned who) {
  asker router(h, r.to);
  for (std::uint64_t n = 0;; ++n) {
    const std::string id = fmt::format("{}-{}", who, n);
    std::string text = request_text("GET", "/soaked/" + id, id, "");
    const reply a = co_await router.ask(std::move(text), h.now() + 10s);
    if (a.how == reply::ending::not_connected) {
      // Closed before a byte was sent: the server is gone, and may only be so after its signal.
      ++r.refused;
      if (!r.signalled || a.error == net::errc::timed_out) r.found.add("not connected: " + a.error.message(), id);
      break;
    }
    if (a.how == reply::ending::lost) {
      r.found.add(
          fmt::format("closed without an answer, {} client: {}", keeps ? "keeping" : "reconnecting", a.error.message()),
          id);
      break;
    }
    ++r.answered;
    if (a.status != 200) r.found.add(fmt::format("answered {} {}", a.status, name_of(a.why)), id);
    if (a.closes) {
      ++r.told;
      if (!r.signalled) r.found.add("Connection: close before the signal", id);
    }
    if (!keeps) router.let_go();
  }
  --r.running;
}

void one_round(const drain_plan& p, unsigned number, findings& found) {
  crowd instances(2);
  std::vector<std::string> flags{"--workers", std::to_string(p.workers)};
  for (const net::endpoint& e : instances.at()) {
    flags.insert(flags.end(), {"--instance", "soaked=" + net::to_string(e)});
  }
  served router(p.program, flags, [](std::string_view) {});
  net::live::live_world world({.seed = number});
  net::host clients(world, "clients");
  round r{router.at().router, found};
  for (unsigned i = 0; i < keeping + reconnecting; ++i) {
    ++r.running;
    clients.spawn(loop(clients, r, i < keeping, i));
  }
  rng random = clients.random("signal");
  world.run_for(500ms + std::chrono::microseconds(random.below(500'000)));
  const std::uint64_t before = r.answered;
  if (before == 0) found.add("no request was answered before the signal");
  r.signalled = true;
  const instant told_at = world.now();
  router.process().signal(15);
  if (!eventually(world, 20s, [&] { return router.process().ended() && r.running == 0; })) {
    found.add(fmt::format("{} clients and serve still run 20 s after the signal", r.running));
  }
  const auto ended_in = std::chrono::duration_cast<std::chrono::milliseconds>(world.now() - told_at);
  const auto code = router.process().wait(1s);
  if (code != 0) found.add(fmt::format("serve ended with {}", code.value_or(-1)));
  fmt::print("{:>5} {:>14} {:>14} {:>12} {:>8} {:>10} {:>6}\n", number, before, r.answered - before, r.told, r.refused,
             fmt::format("{} ms", ended_in.count()), code.value_or(-1));
  clients.kill();
  world.run_for(0s);
}

}  // namespace

bool drain(const drain_plan& p) {
  findings found;
  fmt::print("{:>5} {:>14} {:>14} {:>12} {:>8} {:>10} {:>6}\n", "round", "answers before", "after SIGTERM",
             "told: close", "refused", "ended in", "exit");
  for (unsigned i = 1; i <= p.times; ++i) one_round(p, i, found);
  fmt::print("{}", found.empty() ? "holds\n" : found.text());
  return found.empty();
}

}  // namespace meshgauge::soak
