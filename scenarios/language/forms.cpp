#include "scenarios/language/forms.hpp"

namespace meshgauge::language {
namespace {

// clang-format off
const std::vector<form>& table() {
  static const parameter poll{"poll", takes::time};
  static const parameter routers{"routers", takes::count, false, false, "1"};
  static const parameter outage{"on-outage", takes::outage, false, false, "keep-last"};
  static const parameter rate{"rate", takes::share, false, false, "100%"};
  static const std::vector<std::string> reasons{"connect-failure", "reset", "timeout", "5xx"};
  static const std::vector<form> rows{
    {"distribution", "constant", {{"value", takes::time, true, true}}, "constant(5ms)", "Always the same; a bare duration is short for it."},
    {"distribution", "uniform", {{"from", takes::time, true, true}, {"to", takes::time, true, true}}, "uniform(2s, 4s)", "Equally likely between two durations."},
    {"distribution", "exponential", {{"mean", takes::time, false, true}}, "exponential(mean=300ms)", "Memoryless."},
    {"distribution", "lognormal", {{"p50", takes::time}, {"p90", takes::time}, {"p95", takes::time}, {"p99", takes::time}, {"p99.9", takes::time}}, "lognormal(p50=5ms, p99=40ms)", "Long tail, given by any two of its percentiles."},

    {"arrivals", "poisson", {{"rate", takes::rate, true, true}}, "poisson(1500/s)", "Open: requests are due at random moments, whatever the answers do."},
    {"arrivals", "constant", {{"rate", takes::rate, true, true}}, "constant(1500/s)", "Open: evenly spaced."},
    {"arrivals", "closed", {{"users", takes::count, true, true}, {"think", takes::distribution, false, false, "0ms"}}, "closed(200, think=exponential(mean=50ms))", "Closed: each user sends, waits for the answer, thinks. A slow answer lowers the rate, so its latency leaves out what was not sent."},

    {"discovery", "client", {{"how", takes::word, true, false, {}, {"watch"}}, poll, outage}, "client(poll=2s)", "Each client knows the instances itself: by watching the registry or by asking it every so often."},
    {"discovery", "server", {{"how", takes::word, true, false, {}, {"watch", "once"}}, poll, routers, outage}, "server(watch, routers=2)", "Clients send to a router, which knows the instances. `once` reads the list at first use and keeps it while it is not empty. Clients go round several routers."},
    {"discovery", "static", {}, "static", "Each client has a fixed list: the instances that the scenario begins with."},

    {"outage", "keep-last", {}, "keep-last", "Goes on with the last list."},
    {"outage", "fail", {}, "fail", "Answers 503 at once."},
    {"outage", "expire", {{"after", takes::time, true, true}}, "expire(30s)", "Goes on with the last list for so long, then fails."},

    {"balance", "round-robin", {}, "round-robin", "One after the other."},
    {"balance", "random", {}, "random", "Any, equally likely."},
    {"balance", "least-request", {}, "least-request", "The one with the fewest requests outstanding from here."},
    {"balance", "p2c", {}, "p2c", "The less busy of two drawn at random."},
    {"balance", "clock-modulo", {}, "clock-modulo", "The clock modulo the number of instances: shows how a poor source of chance biases."},

    {"retry", "none", {}, "none", "No second try."},
    {"retry", "retry", {{"count", takes::count, true, true}, {"on", takes::words, false, false, "connect-failure", reasons}, {"host", takes::word, false, false, "other", {"other", "any"}}}, "retry(2, on=connect-failure+reset, host=other)", "Up to so many further tries after the named failures, joined by \"+\". All but connect-failure only for idempotent methods. `other` asks an instance twice for one request only when there is no other."},

    {"pool", "pool", {{"max", takes::count, false, false, "100"}, {"idle", takes::time, false, false, "4s"}}, "pool(max=100, idle=4s)", "At most so many connections to one instance; one that was idle for so long is closed."},

    {"fault", "slow", {{"by", takes::amount, true, true}}, "slow(20x)", "Service time times a factor, or plus a time: slow(+100ms). The health check stays fast."},
    {"fault", "pause", {}, "pause", "The process stands still: accepts, never answers, buffers fill."},
    {"fault", "hang", {rate}, "hang(rate=5%)", "Accepts and reads, gives no answer."},
    {"fault", "error", {{"status", takes::status, true, true}, rate, {"path", takes::path, false, false, "all"}}, "error(503, rate=10%)", "Answers a status."},
    {"fault", "refuse", {}, "refuse", "Refuses connections."},
    {"fault", "reset", {rate}, "reset(rate=1%)", "Resets connections instead of answering."},
    {"fault", "blackhole", {}, "blackhole", "Nothing arrives and nothing comes back."},
    {"fault", "delay", {{"by", takes::distribution, true, true}, {"jitter", takes::time, false, false, "0ms"}}, "delay(20ms, jitter=5ms)", "Everything on the wire takes longer."},
  };
  return rows;
}
// clang-format on

}  // namespace

std::span<const form> forms() {
  return table();
}

const form* find_form(std::string_view group, std::string_view name) {
  for (const form& f : table()) {
    if (f.group == group && f.name == name) return &f;
  }
  return nullptr;
}

std::vector<std::string> form_names(std::string_view group) {
  std::vector<std::string> result;
  for (const form& f : table()) {
    if (f.group == group) result.emplace_back(f.name);
  }
  return result;
}

}  // namespace meshgauge::language
