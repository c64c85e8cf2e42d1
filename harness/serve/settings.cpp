#include "harness/serve/settings.hpp"

#include <fmt/format.h>

#include <array>

namespace meshgauge::serve {
namespace {

// Each kind of value has a reader and a writer; `Field` is a generic lambda that finds its place in a config.

template <auto Field, std::int64_t LeastMs, std::int64_t MostMs = 86'400'000>
maybe_problem time_in(config& c, std::string_view text) {
  return read_time(text, std::chrono::milliseconds(LeastMs), std::chrono::milliseconds(MostMs), Field(c));
}
template <auto Field>
std::string time_out(const config& c) {
  return write_time(Field(c));
}

template <auto Field, std::uint64_t Least, std::uint64_t Most>
maybe_problem size_in(config& c, std::string_view text) {
  std::uint64_t n = 0;
  if (auto p = read_size(text, Least, Most, n)) return p;
  Field(c) = n;
  return std::nullopt;
}
template <auto Field>
std::string size_out(const config& c) {
  return write_size(Field(c));
}

template <auto Field, std::uint64_t Least, std::uint64_t Most>
maybe_problem count_in(config& c, std::string_view text) {
  std::uint64_t n = 0;
  if (auto p = read_count(text, Least, Most, n)) return p;
  Field(c) = static_cast<std::remove_cvref_t<decltype(Field(c))>>(n);
  return std::nullopt;
}
template <auto Field>
std::string count_out(const config& c) {
  return fmt::format("{}", Field(c));
}

template <auto Field>
maybe_problem endpoint_in(config& c, std::string_view text) {
  const auto at = net::parse_endpoint(text);
  if (!at)
    return problem{"wrong-form",
                   fmt::format("HOST:PORT with a numeric address is expected, but here is \"{}\"", text),
                   {"write 127.0.0.1:8000, [::1]:8000 or localhost:8000"}};
  Field(c) = *at;
  return std::nullopt;
}
template <auto Field>
std::string endpoint_out(const config& c) {
  const std::optional<net::endpoint> at = Field(c);
  return at ? net::to_string(*at) : std::string();
}

template <auto Field>
maybe_problem text_in(config& c, std::string_view text) {
  Field(c) = text;
  return std::nullopt;
}
template <auto Field>
std::string text_out(const config& c) {
  return Field(c);
}

template <auto Field>
maybe_problem switch_in(config& c, std::string_view text) {
  if (text != "true" && text != "false") return unknown_word(text, {"true", "false"});
  Field(c) = text == "true";
  return std::nullopt;
}
template <auto Field>
std::string switch_out(const config& c) {
  return Field(c) ? "true" : "false";
}

maybe_problem balance_in(config& c, std::string_view text) {
  if (const auto p = lb::policy_named(text)) {
    c.balance = *p;
    return std::nullopt;
  }
  return unknown_word(text, {"round-robin", "random", "least-request", "p2c", "clock-modulo"});
}

maybe_problem statuses_in(config& c, std::string_view text) {
  if (const status_map* m = status_map::named(text)) {
    c.router.statuses = m;
    return std::nullopt;
  }
  return unknown_word(text, {status_map::names().begin(), status_map::names().end()});
}

maybe_problem log_in(config& c, std::string_view text) {
  for (const log_mode m : {log_mode::off, log_mode::sampled, log_mode::full}) {
    if (text != name_of(m)) continue;
    c.access_log = m;
    return std::nullopt;
  }
  return unknown_word(text, {"off", "sampled", "full"});
}

maybe_problem name_in(config& c, std::string_view text) {
  if (!http::is_token(text) || text.size() > 64)
    return problem{"name-form",
                   fmt::format("a name of letters, digits and -_.~ is expected, but here is \"{}\"", text)};
  c.router.name = text;
  return std::nullopt;
}

maybe_problem retry_in(config& c, std::string_view text) {
  if (text == "none") {
    c.retry = 0;
    return std::nullopt;
  }
  return count_in < [](auto& to) -> auto& {
    return to.retry;
  }
  , 0, 10 > (c, text);
}

constexpr std::string_view where = "Where", choosing = "Routing and choosing", times = "Time-outs",
                           limits = "Limits (of each worker)", logging = "Access log";

// NOLINTBEGIN: a macro, because a field is named twice in each row and must be the same.
#define FIELD(path)      \
  [](auto& c) -> auto& { \
    return c.path;       \
  }
#define TIME(path, least) time_in<FIELD(path), least>, time_out<FIELD(path)>
#define SIZE(path, least, most) size_in<FIELD(path), least, most>, size_out<FIELD(path)>
#define COUNT(path, least, most) count_in<FIELD(path), least, most>, count_out<FIELD(path)>, true
#define ENDPOINT(path) endpoint_in<FIELD(path)>, endpoint_out<FIELD(path)>
#define TEXT(path) text_in<FIELD(path)>, text_out<FIELD(path)>
// NOLINTEND

const std::array table{
    setting{"listen", where, "HOST:PORT", "Where the router listens; port 0 takes a free one and says which",
            ENDPOINT(listen)},
    setting{"admin", where, "HOST:PORT", "Serve /healthz, /metrics, /config and /instances here", ENDPOINT(admin)},
    setting{"registry", where, "HOST:PORT", "Start a registry, listening here", ENDPOINT(registry)},
    setting{"use-registry", where, "HOST:PORT", "Use a registry that runs elsewhere", ENDPOINT(use_registry)},
    setting{"lease", where, "TIME", "Of an instance that names no ttl, in the registry started here", TIME(lease, 100)},
    setting{"scenario", where, "FILE", "Start the fleets of a scenario behind the registry", TEXT(scenario)},
    setting{"workers", where, "N", "Threads that route, 1 to 64", COUNT(workers, 1, 64)},

    setting{"strip", choosing, "", "Without routes: take the service's name out of the path before forwarding",
            switch_in<FIELD(strip)>, switch_out<FIELD(strip)>, true},
    setting{"balance", choosing, "POLICY", "round-robin, random, least-request, p2c or clock-modulo", balance_in,
            [](const config& c) { return std::string(lb::name_of(c.balance)); }},
    setting{"retry", choosing, "N",
            "Further tries, elsewhere if possible, when a connection could not be made: 0 to 10, or none", retry_in,
            count_out<FIELD(retry)>, true},
    setting{"statuses", choosing, "MAP", "What failures are told with: as meshgauge, envoy, haproxy or nginx",
            statuses_in, [](const config& c) { return std::string(c.router.statuses->name()); }},
    setting{"name", choosing, "NAME", "Of this router, in Via and Proxy-Status", name_in,
            [](const config& c) { return c.router.name; }},

    setting{"connect-timeout", times, "TIME", "To connect to an instance", TIME(router.connect_timeout, 1)},
    setting{"upstream-timeout", times, "TIME", "From choosing an instance to the head of its answer, each try",
            TIME(router.upstream_timeout, 1)},
    setting{"upstream-body-timeout", times, "TIME", "Between two pieces of an answer",
            TIME(router.upstream_body_timeout, 1)},
    setting{"client-head-timeout", times, "TIME", "From the first byte of a request to the end of its head",
            TIME(router.client_head_timeout, 1)},
    setting{"client-body-timeout", times, "TIME",
            "Between two pieces of a request's body, or of an answer that the client takes",
            TIME(router.client_body_timeout, 1)},
    setting{"idle-timeout", times, "TIME", "Of a client's connection between requests",
            TIME(router.client_idle_timeout, 1)},
    setting{"tunnel-idle-timeout", times, "TIME", "Of an upgraded connection, no byte either way",
            TIME(router.tunnel_idle_timeout, 1)},
    setting{"pool-idle", times, "TIME", "Of a connection to an instance that waits; stay below the instance's own",
            TIME(router.pool.idle, 1)},
    setting{"drain-timeout", times, "TIME", "For what is open after SIGTERM", TIME(drain_timeout, 0)},

    setting{"max-head", limits, "SIZE", "Of a head, either direction", SIZE(router.limits.head, 1024, 1 << 20)},
    setting{"max-target", limits, "SIZE", "Of a request's target; below max-head",
            SIZE(router.limits.target, 64, 1 << 20)},
    setting{"max-body", limits, "SIZE", "Of a request's body", SIZE(router.body_max, 0, 1ULL << 50U)},
    setting{"max-connections", limits, "N", "Of clients, open at once", COUNT(router.connections_max, 1, 1'000'000)},
    setting{"pool", limits, "N", "Connections to one instance, busy and idle", COUNT(router.pool.max, 1, 100'000)},

    setting{"access-log", logging, "WHICH", "off, full, or sampled: all failures and a share of the rest", log_in,
            [](const config& c) { return std::string(name_of(c.access_log)); }},
    setting{"access-log-share", logging, "SHARE", "Of the requests that did not fail, with sampled",
            [](config& c, std::string_view text) { return read_share(text, c.access_log_share); },
            [](const config& c) { return write_share(c.access_log_share); }, true},
    setting{"access-log-file", logging, "PATH", "Append to this file instead of stdout", TEXT(access_log_file)},
};

#undef FIELD
#undef TIME
#undef SIZE
#undef COUNT
#undef ENDPOINT
#undef TEXT

}  // namespace

std::span<const setting> settings() {
  return table;
}

const setting* find_setting(std::string_view name) {
  for (const setting& s : table) {
    if (s.name == name) return &s;
  }
  return nullptr;
}

}  // namespace meshgauge::serve
