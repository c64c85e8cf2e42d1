/// The readers of values that have the call form.

#include <algorithm>

#include "scenarios/language/call.hpp"
#include "scenarios/language/values.hpp"

namespace meshgauge::language {
namespace {

using namespace scenarios;

std::optional<distribution> lognormal(context& c, const call& k) {
  struct point {
    double p;
    duration at;
    std::string_view name;
    slice text;
  };
  std::vector<point> points;
  static constexpr std::pair<std::string_view, double> known[] = {
      {"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p99.9", 0.999}};
  for (const auto& [name, p] : known) {
    const slice* s = k.find(name);
    if (s == nullptr) continue;
    const auto t = read_time(c, *s, name, true);
    if (!t) return std::nullopt;
    points.push_back({p, *t, name, *s});
  }
  if (points.size() != 2) {
    c.error(k.whole, "impossible-distribution",
            fmt::format("lognormal needs two percentiles, but here {} {}", points.size() == 1 ? "is" : "are",
                        points.size()),
            {"any two of p50, p90, p95, p99 and p99.9: lognormal(p50=5ms, p99=40ms)"});
    return std::nullopt;
  }
  const point &low = points[0], &high = points[1];
  if (low.at >= high.at) {
    c.error(k.whole, "impossible-distribution",
            fmt::format("lognormal: {} must be larger than {}, but here {} is {} and {} is {}", high.name, low.name,
                        low.name, low.text.view(), high.name, high.text.view()),
            {"the two may be swapped"});
    return std::nullopt;
  }
  return distribution::lognormal(low.p, low.at, high.p, high.at);
}

std::optional<std::pair<on_outage, duration>> outage(context& c, slice s) {
  const auto k = read_call(c, s, "outage", "behaviour in an outage");
  if (!k) return std::nullopt;
  if (k->what->name == "keep-last") return std::pair{on_outage::keep_last, duration{}};
  if (k->what->name == "fail") return std::pair{on_outage::fail, duration{}};
  const auto t = read_time(c, *k->find("after"), "expire", true);
  if (!t) return std::nullopt;
  return std::pair{on_outage::expire, *t};
}

}  // namespace

std::optional<distribution> read_distribution(context& c, slice s, std::string_view label) {
  s = s.trimmed();
  const std::string_view v = s.view();
  const bool word = !v.empty() && ((v[0] >= 'a' && v[0] <= 'z') || (v[0] >= 'A' && v[0] <= 'Z'));
  if (!word || v[0] == '-') {
    const auto t = read_time(c, s, label);
    return t ? std::optional(distribution::constant(*t)) : std::nullopt;
  }
  const auto k = read_call(c, s, "distribution", "distribution");
  if (!k) return std::nullopt;
  if (k->what->name == "constant") {
    const auto t = read_time(c, *k->find("value"), "constant");
    return t ? std::optional(distribution::constant(*t)) : std::nullopt;
  }
  if (k->what->name == "exponential") {
    const auto t = read_time(c, *k->find("mean"), "mean");
    return t ? std::optional(distribution::exponential(*t)) : std::nullopt;
  }
  if (k->what->name == "lognormal") return lognormal(c, *k);
  const auto from = read_time(c, *k->find("from"), "uniform");
  const auto to = read_time(c, *k->find("to"), "uniform");
  if (!from || !to) return std::nullopt;
  if (*from > *to) {
    c.error(k->whole, "impossible-distribution",
            fmt::format("uniform: the first must not be larger than the second, but here they are {} and {}",
                        k->find("from")->view(), k->find("to")->view()),
            {"the two may be swapped"});
    return std::nullopt;
  }
  return distribution::uniform(*from, *to);
}

std::optional<arrivals_config> read_arrivals(context& c, slice s) {
  const auto k = read_call(c, s, "arrivals", "kind of arrivals");
  if (!k) return std::nullopt;
  arrivals_config a;
  if (k->what->name == "closed") {
    a.kind = arrivals_config::model::closed;
    const auto users = read_count(c, *k->find("users"), "closed", 1, 100000);
    if (!users) return std::nullopt;
    a.users = *users;
    if (const slice* think = k->find("think")) {
      const auto d = read_distribution(c, *think, "think");
      if (!d) return std::nullopt;
      a.think = *d;
    }
    return a;
  }
  a.kind = k->what->name == "poisson" ? arrivals_config::model::poisson : arrivals_config::model::constant;
  const auto rate = read_rate(c, *k->find("rate"), k->what->name);
  if (!rate) return std::nullopt;
  a.rate = *rate;
  return a;
}

std::optional<discovery_config> read_discovery(context& c, slice s) {
  const auto k = read_call(c, s, "discovery", "way of discovery");
  if (!k) return std::nullopt;
  discovery_config d;
  if (k->what->name == "static") {
    d.where = placement::fixed;
    d.how = refresh::once;
    return d;
  }
  d.where = k->what->name == "client" ? placement::client : placement::server;
  const slice *how = k->find("how"), *poll = k->find("poll");
  if ((how == nullptr) == (poll == nullptr)) {
    c.error(k->whole, "call-form",
            fmt::format("{} {} how the news arrives: by \"watch\" or by \"poll=2s\"", k->what->name,
                        how == nullptr ? "does not say" : "says twice"),
            {fmt::format("it is written {}(watch) or {}(poll=2s)", k->what->name, k->what->name)});
    return std::nullopt;
  }
  if (how != nullptr) {
    const parameter& p = k->what->parameters.front();
    const auto chosen = read_choice(c, *how, k->what->name, p.choices);
    if (!chosen) return std::nullopt;
    d.how = *chosen == 0 ? refresh::watch : refresh::once;
  } else {
    const auto t = read_time(c, *poll, "poll", true);
    if (!t) return std::nullopt;
    d.how = refresh::poll;
    d.poll = *t;
  }
  if (const slice* n = k->find("routers")) {
    const auto count = read_count(c, *n, "routers", 1, 1000);
    if (!count) return std::nullopt;
    d.routers = *count;
  }
  if (const slice* o = k->find("on-outage")) {
    const auto behaviour = outage(c, *o);
    if (!behaviour) return std::nullopt;
    std::tie(d.outage, d.expire_after) = *behaviour;
  }
  return d;
}

std::optional<balance> read_balance(context& c, slice s) {
  const auto k = read_call(c, s, "balance", "balancing policy");
  if (!k) return std::nullopt;
  static constexpr std::pair<std::string_view, balance> known[] = {{"round-robin", balance::round_robin},
                                                                   {"random", balance::random},
                                                                   {"least-request", balance::least_request},
                                                                   {"p2c", balance::p2c},
                                                                   {"clock-modulo", balance::clock_modulo}};
  for (const auto& [name, value] : known) {
    if (name == k->what->name) return value;
  }
  return std::nullopt;
}

std::optional<retry_config> read_retry(context& c, slice s) {
  const auto k = read_call(c, s, "retry", "retry rule");
  if (!k) return std::nullopt;
  retry_config r;
  if (k->what->name == "none") return r;
  const auto count = read_count(c, *k->find("count"), "retry", 0, 100);
  if (!count) return std::nullopt;
  r.count = *count;
  r.on_connect_failure = true;
  if (const slice* on = k->find("on")) {
    r.on_connect_failure = false;
    std::size_t from = 0;
    const std::string_view v = on->view();
    while (from <= v.size()) {
      const std::size_t to = std::min(v.find('+', from), v.size());
      const auto& reasons = k->what->parameters[1].choices;
      const auto chosen = read_choice(c, on->sub(from, to - from), "on", reasons);
      if (!chosen) return std::nullopt;
      (*chosen == 0 ? r.on_connect_failure : *chosen == 1 ? r.on_reset : *chosen == 2 ? r.on_timeout : r.on_5xx) = true;
      from = to + 1;
    }
  }
  if (const slice* host = k->find("host")) {
    const auto chosen = read_choice(c, *host, "host", k->what->parameters[2].choices);
    if (!chosen) return std::nullopt;
    r.other_host = *chosen == 0;
  }
  return r;
}

std::optional<pool_config> read_pool(context& c, slice s) {
  const auto k = read_call(c, s, "pool", "pool");
  if (!k) return std::nullopt;
  pool_config p;
  if (const slice* max = k->find("max")) {
    const auto n = read_count(c, *max, "max", 1, 1e6);
    if (!n) return std::nullopt;
    p.max = *n;
  }
  if (const slice* idle = k->find("idle")) {
    const auto t = read_time(c, *idle, "idle");
    if (!t) return std::nullopt;
    p.idle = *t;
  }
  return p;
}

std::optional<fault> read_fault(context& c, slice s) {
  const auto k = read_call(c, s, "fault", "fault");
  if (!k) return std::nullopt;
  static constexpr std::pair<std::string_view, fault_kind> known[] = {
      {"slow", fault_kind::slow},           {"pause", fault_kind::pause},   {"hang", fault_kind::hang},
      {"error", fault_kind::error},         {"refuse", fault_kind::refuse}, {"reset", fault_kind::reset},
      {"blackhole", fault_kind::blackhole}, {"delay", fault_kind::delay}};
  fault f;
  for (const auto& [name, kind] : known) {
    if (name == k->what->name) f.kind = kind;
  }
  if (const slice* rate = k->find("rate")) {
    const auto share = read_share(c, *rate, "rate");
    if (!share) return std::nullopt;
    f.rate = *share;
  }
  if (const slice* by = k->find("by")) {
    if (f.kind == fault_kind::delay || by->view().starts_with('+')) {
      const auto d = read_distribution(c, f.kind == fault_kind::delay ? *by : by->sub(1), k->what->name);
      if (!d) return std::nullopt;
      f.extra = *d;
    } else {
      const auto m = parse_quantity(by->view());
      if (m && m->kind == unit_kind::time) {
        c.error_inside(*by, "wrong-unit",
                       fmt::format("slow takes a factor or a time to add, and \"{}\" may be either", by->view()),
                       {fmt::format("write slow(+{}) or slow(20x)", by->view())});
        return std::nullopt;
      }
      const auto factor = read_factor(c, *by, "slow");
      if (!factor) return std::nullopt;
      f.factor = *factor;
    }
  }
  if (const slice* jitter = k->find("jitter")) {
    const auto t = read_time(c, *jitter, "jitter");
    if (!t) return std::nullopt;
    f.jitter = *t;
  }
  if (const slice* status = k->find("status")) {
    const auto n = read_count(c, *status, "status", 200, 599);
    if (!n) return std::nullopt;
    f.status = *n;
  }
  if (const slice* path = k->find("path")) {
    std::string p = path->str();
    if (p.size() > 1 && p.front() == '"' && p.back() == '"') p = p.substr(1, p.size() - 2);
    if (!p.starts_with('/')) {
      c.error_inside(*path, "wrong-form", fmt::format("a path begins with \"/\", not like \"{}\"", p));
      return std::nullopt;
    }
    f.path = std::move(p);
  }
  return f;
}

}  // namespace meshgauge::language
