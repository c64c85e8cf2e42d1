#include "scenarios/language/keys.hpp"

#include <array>

namespace meshgauge::language {
namespace {

// clang-format off
const std::vector<key>& table() {
  static const std::vector<key> rows{
    {"scenario", "$schema", holds::text, false, "", "For editors; not read."},
    {"scenario", "scenario", holds::name, false, "the file's name", "The name, used in reports."},
    {"scenario", "about", holds::text, false, "", "One sentence: what is tried and what should hold."},
    {"scenario", "params", holds::texts, false, "", "name -> value; used as ${name} in any text, overridden by --set name=value."},
    {"scenario", "network", holds::object, false, "", "What lies between any two hosts.", "network"},
    {"scenario", "fleets", holds::map, true, "", "name -> a group of equal instances of one service.", "fleet"},
    {"scenario", "registry", holds::object, false, "", "Who keeps the list of instances, and how fast news travels.", "registry"},
    {"scenario", "router", holds::object, false, "", "How instances are found and chosen; defaults for every variant.", "router"},
    {"scenario", "variants", holds::map, false, "one, named default", "name -> keys of `router` that differ; each variant runs the whole scenario.", "router"},
    {"scenario", "load", holds::map, true, "", "name -> a group of clients that send requests.", "load"},
    {"scenario", "phases", holds::list, true, "", "The parts of the run, one after the other; each is a window.", "phase"},
    {"scenario", "timeline", holds::list, false, "", "What happens when.", "event"},
    {"scenario", "expect", holds::expectations, true, "", "What must hold.", "expectation"},
    {"scenario", "run", holds::object, false, "", "How often and in which world.", "run"},

    {"network", "latency", holds::distribution, false, "250us", "One way, drawn once for each connection and direction."},
    {"network", "jitter", holds::time, false, "0ms", "Added to each delivery: uniform between zero and this; order is kept."},
    {"network", "bandwidth", holds::bandwidth, false, "unlimited", "Of each connection and direction.", {}, 0, 1e6, false, true},
    {"network", "links", holds::list, false, "", "Exceptions between two groups of hosts; later ones win.", "link"},

    {"link", "from", holds::target, true, "", "A fleet, load, router or registry, a part of one, or \"*\"."},
    {"link", "to", holds::target, true, "", "The other side; a link counts in both directions."},
    {"link", "latency", holds::distribution, false, "the network's", "Instead of the network's."},
    {"link", "jitter", holds::time, false, "the network's", "Instead of the network's."},
    {"link", "bandwidth", holds::bandwidth, false, "the network's", "Instead of the network's.", {}, 0, 1e6, false, true},

    {"fleet", "instances", holds::count, false, "1", "How many, numbered from 0.", {}, 1, 10000},
    {"fleet", "version", holds::name, false, "", "What `version.NAME` counts; a rollout replaces it."},
    {"fleet", "weight", holds::number, false, "1", "What an instance announces as its weight.", {}, 0.001, 1e6},
    {"fleet", "zone", holds::name, false, "", "Where its instances stand."},
    {"fleet", "service-time", holds::distribution, false, "5ms", "How long a worker is busy with one request."},
    {"fleet", "errors", holds::list, false, "", "Answers that fail on their own.", "error"},
    {"fleet", "concurrency", holds::count, false, "64", "Workers of an instance.", {}, 1, 1e6},
    {"fleet", "queue", holds::places, false, "128", "Waiting places of an instance, or \"unlimited\"; a request that finds none gets 503.", {}, 0, 1e6},
    {"fleet", "startup", holds::distribution, false, "1s", "From the start of a process to the moment it registers."},
    {"fleet", "shutdown", holds::steps, false, "deregister, wait 1s, drain 5s, exit", "The steps of a planned stop, in order."},
    {"fleet", "health", holds::health, false, "/healthz", "Path of the health check, or \"none\"."},

    {"error", "status", holds::count, true, "", "The status of the answer.", {}, 400, 599},
    {"error", "rate", holds::share, false, "100%", "Share of the requests."},
    {"error", "path", holds::path, false, "all", "Only requests whose path begins so."},

    {"registry", "propagation", holds::distribution, false, "50ms", "From a change to each watcher, or to the data that a poll reads."},
    {"registry", "heartbeat", holds::time, false, "5s", "How often an instance renews its lease.", {}, 0, 0, true},
    {"registry", "lease", holds::time, false, "15s", "An instance that was silent for so long is dropped.", {}, 0, 0, true},
    {"registry", "sweep", holds::time, false, "1s", "How often the registry looks for ended leases.", {}, 0, 0, true},
    {"registry", "restart", holds::restart, false, "empty", "What it knows after a restart: \"empty\" or \"restored\"."},

    {"router", "discovery", holds::discovery, false, "server(watch)", "Who knows the instances, and how the news arrives."},
    {"router", "balance", holds::balance, false, "round-robin", "Which instance a request goes to."},
    {"router", "timeout", holds::time, false, "1s", "For the response head of one try.", {}, 0, 0, true},
    {"router", "connect-timeout", holds::time, false, "250ms", "For a connection to an instance.", {}, 0, 0, true},
    {"router", "retry", holds::retry, false, "none", "Tries again before the caller hears of a failure."},
    {"router", "pool", holds::pool, false, "pool(max=100, idle=4s)", "Connections to each instance."},
    {"router", "cost", holds::distribution, false, "calibrated", "CPU time of one proxied request.", {}, 0, 0, false, true},
    {"router", "workers", holds::count, false, "1", "Threads of a router.", {}, 1, 256},
    {"router", "strip", holds::flag, false, "false", "Takes the first path segment away before forwarding."},

    {"load", "arrivals", holds::arrivals, true, "", "When requests are due, for all clients together."},
    {"load", "to", holds::name, true, "", "The fleet."},
    {"load", "request", holds::object, false, "", "What is sent.", "request"},
    {"load", "timeout", holds::time, false, "2s", "The caller's own, from the moment a request was due.", {}, 0, 0, true},
    {"load", "retry", holds::retry, false, "none", "The caller's own, on top of the router's."},
    {"load", "clients", holds::count, false, "20", "Each has its own view, balancer and connections.", {}, 1, 10000},
    {"load", "keepalive", holds::on_off, false, "on", "Keep connections between requests: \"on\" or \"off\"."},
    {"load", "during", holds::phases, false, "all", "Only in these phases."},

    {"request", "method", holds::text, false, "GET", "The method."},
    {"request", "path", holds::path, false, "/FLEET/", "The path; its first segment names the service."},
    {"request", "headers", holds::texts, false, "", "name -> value."},
    {"request", "body", holds::text, false, "", "The body."},

    {"phase", "name", holds::name, true, "", "The name of the window."},
    {"phase", "for", holds::time, true, "", "How long it lasts.", {}, 0, 0, true},
    {"phase", "measure", holds::flag, false, "true", "Does it belong to the window `measured`?"},
    {"phase", "load", holds::pace, false, "1x", "A factor on every load, or arrivals instead of theirs."},

    {"event", "at", holds::moment, false, "", "When: a time from the beginning, or from a window: `deploy.start + 5s`."},
    {"event", "during", holds::window, false, "", "When: as long as this window."},
    {"event", "for", holds::time, false, "", "Ends what `at` began.", {}, 0, 0, true},
    {"event", "kill", holds::target, false, "", "Ends processes without warning: connections are reset, nothing is deregistered."},
    {"event", "stop", holds::target, false, "", "Ends processes through their shutdown steps."},
    {"event", "restart", holds::target, false, "", "Stops and starts again."},
    {"event", "deregister", holds::target, false, "", "Takes instances out of the registry; they go on serving."},
    {"event", "register", holds::target, false, "", "Puts them back."},
    {"event", "scale", holds::target, false, "", "Changes the number of instances to `to`."},
    {"event", "rollout", holds::target, false, "", "Replaces instances by version `to`, `batch` at a time."},
    {"event", "fault", holds::fault, false, "", "Something goes wrong `on` a target, or between `from` and `to`."},
    {"event", "heal", holds::target, false, "", "Ends the faults and partitions of a target."},
    {"event", "partition", holds::target, false, "", "Cuts a target off from everybody, or only from `from`."},
    {"event", "load", holds::factor, false, "", "Multiplies the rate of every load, or of the one named by `on`."},
    {"event", "on", holds::target, false, "", "Of a fault or load."},
    {"event", "from", holds::target, false, "", "Of a fault or partition: one side."},
    {"event", "to", holds::detail, false, "", "scale: a count; rollout: a version; fault: the other side."},
    {"event", "batch", holds::count, false, "1", "Rollout: how many at a time.", {}, 1, 10000},
    {"event", "pause", holds::time, false, "0s", "Rollout: from a batch being ready to the next one."},
    {"event", "surge", holds::count, false, "0", "Rollout: how many new ones start before old ones stop.", {}, 0, 10000},
    {"event", "as", holds::name, false, "", "A name, which makes the event a window."},

    {"expectation", "that", holds::text, true, "", "The expectation."},
    {"expectation", "name", holds::text, false, "", "What reports call it."},
    {"expectation", "because", holds::text, false, "", "Why it must hold."},
    {"expectation", "severity", holds::severity, false, "fail", "\"warn\" reports it without failing the run."},
    {"expectation", "judge", holds::rule, false, "by its kind", "Over the seeds: \"every\", \"median\" or \"ci\"."},

    {"run", "seeds", holds::count, false, "1, or 10 when variants are compared", "How many runs of each variant.", {}, 1, 100000},
    {"run", "engine", holds::engine, false, "sim", "\"sim\": virtual time; \"live\": loopback sockets."},
    {"run", "samples", holds::count, false, "20", "Failed requests kept in full, for each cause.", {}, 0, 100000},
    {"run", "live", holds::object, false, "", "What differs in `live`.", "live"},

    {"live", "set", holds::texts, false, "", "Parameters, as --set would give them."},
    {"live", "seeds", holds::count, false, "run's", "Instead of `seeds`.", {}, 1, 100000},
  };
  return rows;
}
// clang-format on

constexpr std::array<std::string_view, 14> place_names{"scenario", "network",     "link", "fleet",   "error",
                                                       "registry", "router",      "load", "request", "phase",
                                                       "event",    "expectation", "run",  "live"};
constexpr std::array<std::string_view, 14> place_texts{
    "the scenario", "the network", "a link",  "a fleet",  "an error rule",  "the registry", "the router or a variant",
    "a load",       "a request",   "a phase", "an event", "an expectation", "the run",      "run.live"};

struct holds_row {
  holds what;
  std::string_view noun, how;
};
constexpr std::array<holds_row, 36> kinds{{
    {holds::text, "a text", "\"text\""},
    {holds::name, "a name", "\"checkout\" (a-z, 0-9, - and _)"},
    {holds::path, "a path", "\"/pay\""},
    {holds::health, "a path", "\"/healthz\" or \"none\""},
    {holds::flag, "true or false", "true or false"},
    {holds::on_off, "\"on\" or \"off\"", "\"on\" or \"off\""},
    {holds::engine, "an engine", "\"sim\" or \"live\""},
    {holds::restart, "what is left after a restart", "\"empty\" or \"restored\""},
    {holds::rule, "a rule of judging", "\"every\", \"median\" or \"ci\""},
    {holds::severity, "a severity", "\"fail\" or \"warn\""},
    {holds::count, "a count", "12"},
    {holds::places, "a count", "128 or \"unlimited\""},
    {holds::number, "a number", "1.5"},
    {holds::time, "a duration", "\"250ms\", \"2s\" or \"1m\""},
    {holds::share, "a share", "\"2%\" or \"0.1%\""},
    {holds::factor, "a factor", "\"20x\" or \"1.5x\""},
    {holds::bandwidth, "a bandwidth", "\"64KiB/s\" or \"1MiB/s\""},
    {holds::distribution, "a duration or a distribution", "\"5ms\" or \"lognormal(p50=5ms, p99=40ms)\""},
    {holds::arrivals, "arrivals", "\"poisson(1500/s)\" or \"closed(200, think=50ms)\""},
    {holds::pace, "a factor or arrivals", "\"2x\" or \"poisson(3000/s)\""},
    {holds::discovery, "a way of discovery", "\"server(watch)\" or \"client(poll=2s)\""},
    {holds::balance, "a balancing policy", "\"round-robin\" or \"least-request\""},
    {holds::retry, "a retry rule", "\"none\" or \"retry(1, on=connect-failure)\""},
    {holds::pool, "a pool", "\"pool(max=100, idle=4s)\""},
    {holds::steps, "a list of steps", "[\"deregister\", \"wait 1s\", \"drain 5s\", \"exit\"]"},
    {holds::target, "a target", "\"payments\", \"payments/3\", \"payments/0..4\", \"router\" or \"registry\""},
    {holds::fault, "a fault", "\"slow(20x)\" or \"error(503, rate=10%)\""},
    {holds::moment, "a moment", "\"30s\", \"deploy.start\" or \"outage + 5s\""},
    {holds::window, "a window", "the name of a phase or event"},
    {holds::detail, "a count, a version or a target", "14, \"v2\" or \"payments/3\""},
    {holds::phases, "a list of phases", "[\"steady\"]"},
    {holds::texts, "an object of texts", "{ \"name\": \"value\" }"},
    {holds::object, "an object", "{ ... }"},
    {holds::map, "an object", "{ \"name\": { ... } }"},
    {holds::list, "a list", "[ { ... } ]"},
    {holds::expectations, "a list of expectations", "[\"status.5xx == 0\"]"},
}};

const holds_row& row_of(holds what) {
  for (const holds_row& r : kinds) {
    if (r.what == what) return r;
  }
  return kinds[0];
}

}  // namespace

std::span<const key> keys() {
  return table();
}

std::vector<const key*> keys_of(std::string_view where) {
  std::vector<const key*> result;
  for (const key& k : table()) {
    if (k.where == where) result.push_back(&k);
  }
  return result;
}

const key* find_key(std::string_view where, std::string_view name) {
  for (const key& k : table()) {
    if (k.where == where && k.name == name) return &k;
  }
  return nullptr;
}

std::span<const std::string_view> places() {
  return place_names;
}

std::string_view describe_place(std::string_view where) {
  for (std::size_t i = 0; i < place_names.size(); ++i) {
    if (place_names[i] == where) return place_texts[i];
  }
  return where;
}

std::string_view how_to_write(holds what) {
  return row_of(what).how;
}

std::string_view noun_of(holds what) {
  return row_of(what).noun;
}

}  // namespace meshgauge::language
