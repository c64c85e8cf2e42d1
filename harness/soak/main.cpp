// meshgauge-soak: what tools/soak runs. Not installed.

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <CLI/CLI.hpp>

#include <cstdio>

#include "harness/soak/modes.hpp"

int main(int count, char** values) {
  using namespace meshgauge::soak;
  CLI::App app(
      "Long load against `meshgauge serve` in which every request is accounted for. exit: 0 holds, 1 violated, "
      "2 wrong command line, 4 environment");
  app.require_subcommand(1);
  churn_plan c;
  drain_plan d;
  slow_plan s;
  CLI::App* churning = app.add_subcommand("churn", "instances come, go and crash under load");
  CLI::App* draining = app.add_subcommand("drain", "SIGTERM under load: no request may fail");
  CLI::App* slowing = app.add_subcommand("slow", "clients that send or read next to nothing");
  churning->add_option("--program", c.program, "the meshgauge to run")->required();
  draining->add_option("--program", d.program, "the meshgauge to run")->required();
  slowing->add_option("--program", s.program, "the meshgauge to run")->required();
  churning->add_option("--wrk", c.wrk, "wrk, to load a second service");
  churning->add_option("--seconds", c.seconds, "of load")->check(CLI::Range(5U, 86'400U))->capture_default_str();
  churning->add_option("--rate", c.rate, "requests a second")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100'000}))
      ->capture_default_str();
  churning->add_option("--connections", c.connections)->check(CLI::Range(1U, 10'000U))->capture_default_str();
  churning->add_option("--workers", c.workers)->check(CLI::Range(1U, 64U))->capture_default_str();
  churning->add_option("--seed", c.seed, "of who comes and goes when")->capture_default_str();
  draining->add_option("--times", d.times, "times it is started and ended")
      ->check(CLI::Range(1U, 1000U))
      ->capture_default_str();
  draining->add_option("--workers", d.workers)->check(CLI::Range(1U, 64U))->capture_default_str();
  slowing->add_option("--heads", s.heads, "connections that send one byte of a head a second")
      ->check(CLI::Range(1U, 15'000U))
      ->capture_default_str();
  try {
    app.parse(count, values);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }

  ::signal(SIGPIPE, SIG_IGN);
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);  // the usual 50 us would be read as latency
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  ::setvbuf(stdout, nullptr, _IOLBF, 0);
  try {
    const bool held = churning->parsed() ? churn(c) : draining->parsed() ? drain(d) : slow(s);
    return held ? 0 : 1;
  } catch (const std::exception& e) {
    fmt::print(stderr, "meshgauge-soak: {}\n", e.what());
    return 4;
  }
}
