// meshgauge-pace: the load generator of tools/bench for what wrk cannot do. Not installed.

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <deque>

#include "harness/pace/pacer.hpp"
#include "router/http/client.hpp"
#include "router/net/live/live_world.hpp"

namespace meshgauge::pace {
namespace {

net::task<void> run(net::host& h, const plan& p, outcome& o, bool& done) {
  co_await play(h, p, o);
  done = true;
}

/// One line: requests p50 p99 p99.9 failed late-p99, times in microseconds.
int rate(const plan& p) {
  net::live::live_world w({});
  net::host h(w, "pace");
  outcome o;
  bool done = false;
  h.spawn(run(h, p, o, done));
  w.run_until(never, [&] { return done; });
  const auto us = [](duration d) { return static_cast<double>(d.count()) / 1000; };
  fmt::print("{} {:.1f} {:.1f} {:.1f} {} {:.1f}\n", o.latencies.size(), us(quantile(o.latencies, 500)),
             us(quantile(o.latencies, 990)), us(quantile(o.latencies, 999)), o.failed, us(quantile(o.lateness, 990)));
  h.kill();
  w.run_for(duration::zero());
  return o.failed == 0 ? 0 : 1;
}

net::task<void> one_each(net::host& h, const plan& p, std::deque<http::client>& clients, unsigned& failed, bool& done) {
  for (unsigned i = 0; i < p.connections; ++i) {
    http::client& c = clients.emplace_back(h, p.to);
    std::string target = p.target;
    const net::result<http::response> r =
        co_await c.ask("GET", std::move(target), std::string(), h.now() + std::chrono::seconds(10));
    if (!r || r->status != 200) ++failed;
  }
  done = true;
}

/// Says "held" when every connection has made its one request, and keeps them until its input ends.
int hold(const plan& p) {
  net::live::live_world w({});
  net::host h(w, "pace");
  std::deque<http::client> clients;
  unsigned failed = 0;
  bool done = false;
  h.spawn(one_each(h, p, clients, failed, done));
  w.run_until(never, [&] { return done; });
  fmt::print("{}\n", failed == 0 ? "held" : "failed");
  std::fflush(stdout);
  char c = 0;
  while (::read(STDIN_FILENO, &c, 1) > 0) {
  }
  clients.clear();
  h.kill();
  w.run_for(duration::zero());
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace meshgauge::pace

int main(int count, char** values) {
  using namespace meshgauge;
  CLI::App app("The load generator of tools/bench for what wrk cannot do.");
  app.require_subcommand(1);
  pace::plan p;
  std::uint16_t port = 0;
  double seconds = 3, warm_up = 1;
  CLI::App* rate = app.add_subcommand("rate", "a fixed rate; prints requests, p50, p99, p99.9 (us), failed, late p99");
  CLI::App* hold = app.add_subcommand("hold", "one request a connection, kept open until stdin ends");
  for (CLI::App* c : {rate, hold}) {
    c->add_option("port", port, "on 127.0.0.1")->required();
    c->add_option("target", p.target, "path and query")->required();
    c->add_option("--connections", p.connections)->check(CLI::Range(1U, 60'000U));
  }
  rate->add_option("--rate", p.rate, "requests a second")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}));
  rate->add_option("--seconds", seconds, "measured")->check(CLI::Range(0.1, 3600.0));
  rate->add_option("--warm-up", warm_up, "seconds before that")->check(CLI::Range(0.0, 60.0));
  CLI11_PARSE(app, count, values);

  p.to = {boost::asio::ip::address_v4::loopback(), port};
  p.length = std::chrono::duration_cast<duration>(std::chrono::duration<double>(seconds));
  p.warm_up = std::chrono::duration_cast<duration>(std::chrono::duration<double>(warm_up));
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);  // the usual 50 us would be read as latency
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  return rate->parsed() ? pace::rate(p) : pace::hold(p);
}
