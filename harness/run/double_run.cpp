#include "harness/run/double_run.hpp"

#include <fmt/format.h>

#include <vector>

#include "fakes/sim/sim_world.hpp"
#include "harness/run/run.hpp"

namespace meshgauge::run {
namespace {

constexpr std::size_t kept_max = 20'000'000;

std::vector<sim::seen_event> log_of(const scenarios::scenario& what, std::size_t variant, std::uint64_t seed) {
  std::vector<sim::seen_event> log;
  options o{.seed = seed};
  o.observe = [&](const sim::seen_event& e) {
    if (log.size() < kept_max) log.push_back(e);
  };
  run_once(what, variant, o);
  return log;
}

std::string words(const sim::seen_event& e) {
  static constexpr const char* kinds[] = {"data",   "fin", "reset", "connect", "connect answer",
                                          "window", "?",   "?",     "timer"};
  return fmt::format("{} of actor {:016x} #{} ({}) at {:.6f} s", kinds[e.kind < 9 ? e.kind : 6], e.actor, e.count,
                     e.argument, to_seconds(e.at.time_since_epoch()));
}

}  // namespace

std::string compare_runs(const scenarios::scenario& what, std::size_t variant, std::uint64_t seed,
                         const record::result& before) {
  const outcome second = run_once(what, variant, {.seed = seed});
  if (second.result == nullptr) return "the second run could not be made: " + second.problem;
  if (second.result->digest == before.digest && *second.result == before) return {};
  const auto a = log_of(what, variant, seed), b = log_of(what, variant, seed);
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (!(a[i] == b[i])) return fmt::format("event {}: {} against {}", i + 1, words(a[i]), words(b[i]));
  }
  if (a.size() != b.size()) return fmt::format("one run ends after {} events, the other after {}", a.size(), b.size());
  return fmt::format("digests {:016x} and {:016x}, but two more runs were the same", before.digest,
                     second.result->digest);
}

}  // namespace meshgauge::run
