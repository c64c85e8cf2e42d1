#include "harness/soak/modes.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <memory>

#include "harness/pace/pacer.hpp"
#include "harness/soak/asker.hpp"
#include "harness/soak/crowd.hpp"
#include "harness/soak/eventually.hpp"
#include "harness/soak/fleet.hpp"
#include "harness/soak/log_book.hpp"
#include "harness/soak/probe.hpp"

namespace meshgauge::soak {
namespace {

using namespace std::chrono_literals;
using net::error_code;
using net::task;

constexpr duration patience = 10s;  // of a client, for one answer
constexpr duration settling = 6s;   // longer than the router keeps an idle connection to an instance

/// Request n is due at begin + n / rate, whatever became of those before it.
struct schedule {
  const churn_plan& what;
  net::endpoint to;
  instant begin;
  ledger& book;
  findings& found;
  std::uint64_t next = 0;
  unsigned busy = 0;
  std::uint64_t connections = 0;
  duration slowest{};
};

task<void> connection(net::host& h, schedule& s) {
  asker to_router(h, s.to);
  for (;;) {
    const std::uint64_t turn = s.next++;
    const duration after = pace::due_after(turn, s.what.rate);
    if (after >= std::chrono::seconds(s.what.seconds)) break;
    const error_code ec = co_await h.sleep_until(s.begin + after);
    if (ec) break;
    const method m = turn % 2 == 0 ? method::post : method::get;
    const request_number n = s.book.begin(m);
    const std::string id = id_of(n);
    std::string text = request_text(name_of(m), "/soaked/" + id, id, m == method::post ? "a small body of " + id : "");
    const instant asked = h.now();
    const reply r = co_await to_router.ask(std::move(text), asked + patience);
    if (r.how == reply::ending::answered) {
      s.book.answered(n, r.status, r.why, r.body == id);
      s.slowest = std::max(s.slowest, h.now() - asked);
    } else {
      s.book.lost(n);
      s.found.add(fmt::format("a connection that ended without an answer: {}", r.error.message()), id);
    }
  }
  s.connections += to_router.connections();
  --s.busy;
}

/// So that nobody wonders for ten minutes whether it still lives.
task<void> tell(net::host& h, const schedule& s) {
  for (;;) {
    const error_code ec = co_await h.sleep(30s);
    if (ec) co_return;
    fmt::print(stderr, "soak: {} of {} s, {} requests{}\n",
               std::chrono::duration_cast<std::chrono::seconds>(h.now() - s.begin).count(), s.what.seconds,
               s.book.size(), s.found.empty() ? "" : ", breaches so far");
  }
}

std::string counts(const std::map<unsigned, std::uint64_t>& m) {
  std::string out;
  for (const auto& [key, n] : m) out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", key, n);
  return out;
}

std::map<unsigned, std::uint64_t> numbered(const std::map<std::string, std::uint64_t>& m) {
  std::map<unsigned, std::uint64_t> out;
  for (const auto& [status, n] : m) out[static_cast<unsigned>(std::strtoul(status.c_str(), nullptr, 10))] += n;
  return out;
}

void judge_metrics(const std::string& page, const log_book& log, findings& found) {
  const auto one = [&](std::string_view name) {
    const auto sums = sum_by(page, name, "");
    return sums.empty() ? std::uint64_t{0} : sums.begin()->second;
  };
  if (page.empty()) found.add("the admin port does not answer");
  if (const auto n = one("meshgauge_access_log_dropped_lines_total")) {
    found.add(fmt::format("the log has dropped {} lines", n));
  }
  if (const auto n = one("meshgauge_requests_in_flight")) found.add(fmt::format("{} requests in flight at the end", n));
  const auto metrics = numbered(sum_by(page, "meshgauge_requests_total", "status"));
  fmt::print("{:<22}{}\n", "metrics by status", counts(metrics));
  if (metrics != log.statuses()) found.add("metrics and log differ: " + counts(log.statuses()) + " in the log");
}

}  // namespace

bool churn(const churn_plan& p) {
  findings found;
  ledger book;
  log_book log;
  crowd other_instances(2);
  std::vector<std::string> flags{"--registry", "127.0.0.1:0", "--access-log",
                                 "full",       "--workers",   std::to_string(p.workers)};
  for (const net::endpoint& e : other_instances.at()) {
    flags.insert(flags.end(), {"--instance", "busy=" + net::to_string(e)});
  }
  served router(p.program, flags, [&log](std::string_view line) { log.read(line); });
  net::live::live_world world({.seed = p.seed});
  net::host clients(world, "clients"), fate(world, "fate");
  probe look(world, router);
  look.page("/metrics");  // its connection counts among the open files from here on

  fleet f(world, router.at().registry, book);
  if (!f.warm_up(clients, router.at().router)) found.add("the fleet did not come up");
  world.run_for(settling);
  const std::size_t files_before = router.process().open_files() - f.up();
  const std::size_t memory_before = router.process().resident_bytes();

  std::string said_by_wrk;
  std::unique_ptr<child> wrk;
  if (!p.wrk.empty()) {
    wrk = std::make_unique<child>(
        std::vector<std::string>{p.wrk, "-t1", "-c4", fmt::format("-d{}s", p.seconds),
                                 fmt::format("http://{}/busy/x", net::to_string(router.at().router))},
        [&](std::string_view line) { said_by_wrk.append(line).append("\n"); }, [](std::string_view) {});
  }
  schedule s{p, router.at().router, world.now(), book, found};
  s.busy = p.connections;
  for (unsigned i = 0; i < p.connections; ++i) clients.spawn(connection(clients, s));
  f.begin_churn(fate);
  fate.spawn(tell(fate, s));
  world.run_until(never, [&] { return s.busy == 0; });
  f.end_churn();
  if (wrk && !eventually(world, 15s, [&] { return wrk->ended(); })) found.add("wrk does not end");
  fate.kill();
  world.run_for(settling);
  const bool settled = look.settles_at(files_before + f.up(), 10s);
  const std::size_t files_after = router.process().open_files() - f.up();
  if (!settled) found.add(fmt::format("open files grew from {} to {}", files_before, files_after));
  const std::size_t memory_after = router.process().resident_bytes();
  const std::string page = look.page("/metrics");

  router.process().signal(15);
  eventually(world, 20s, [&] { return router.process().ended(); });
  const auto code = router.process().wait(1s);
  if (code != 0) found.add(fmt::format("serve ended with {}", code.value_or(-1)));
  const std::string story = f.story();
  f.end();
  if (code) log.enter_into(book);  // else its thread still writes

  fmt::print("{:<22}{} over {} connections, slowest {} ms\n", "requests", book.size(), s.connections,
             std::chrono::duration_cast<std::chrono::milliseconds>(s.slowest).count());
  fmt::print("{:<22}{}\n", "answers by status", counts(book.statuses()));
  for (const auto& [why, n] : book.causes()) fmt::print("  {:<36}{}\n", name_of(why), n);
  fmt::print("{:<22}{}\n", "seen by instances", book.seen_in_all());
  fmt::print("{:<22}{}\n", "lines in the log", book.logged_in_all());
  fmt::print("{:<22}{}\n", "other service", counts(log.statuses_of("busy")));
  fmt::print("{:<22}{}\n", "churn", story);
  fmt::print("{:<22}{} before, {} after\n", "open files", files_before, files_after);
  fmt::print("{:<22}{:.1f} MiB before, {:.1f} after\n", "resident", static_cast<double>(memory_before) / 1048576,
             static_cast<double>(memory_after) / 1048576);
  judge_metrics(page, log, found);
  if (log.unreadable() > 0) found.add(fmt::format("{} lines of the log that are none", log.unreadable()));
  // Static instances that are always there: what wrk leaves under way at its end is all that may be missing.
  for (const auto& [status, n] : log.statuses_of("busy")) {
    if (status != 200 && (status != 499 || n > 4))
      found.add(fmt::format("{} answers {} of the other service", n, status));
  }
  book.judge(found);
  clients.kill();
  world.run_for(0s);
  fmt::print("{}", found.empty() ? "holds\n" : found.text());
  if (!found.empty() && code) fmt::print("serve said:\n{}", router.said());
  return found.empty();
}

}  // namespace meshgauge::soak
