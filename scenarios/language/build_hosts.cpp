/// Who exists and how they find each other: network, fleets, registry, routers.

#include <algorithm>

#include "scenarios/language/builder_access.hpp"
#include "scenarios/language/metrics.hpp"

namespace meshgauge::language {

using namespace scenarios;

bool valid_name(std::string_view s) {
  return !s.empty() && s.size() <= 64 &&
         s.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
}

void builder::read_network() {
  node* n = find_object(root_, "scenario", "network");
  if (n == nullptr) return;
  dist(*n, "network", "latency", s_.network.latency);
  time(*n, "network", "jitter", s_.network.jitter);
  with(*n, "network", "bandwidth", s_.network.bandwidth,
       [](context& c, slice s) { return read_bandwidth(c, s, "bandwidth"); });
}

namespace {

bool reserved(context& c, span at, std::string_view name) {
  if (name != "router" && name != "registry") return false;
  c.error(at, "reserved-name", fmt::format("\"{}\" is a target of its own and cannot name anything else", name));
  return true;
}

/// Steps that forget something one would regret.
void check_shutdown(context& c, const node& list, const std::vector<shutdown_step>& steps) {
  const auto has = [&](shutdown_verb v) {
    return std::any_of(steps.begin(), steps.end(), [&](const shutdown_step& s) { return s.verb == v; });
  };
  const auto first = [&](shutdown_verb v) {
    return std::find_if(steps.begin(), steps.end(), [&](const shutdown_step& s) { return s.verb == v; }) -
           steps.begin();
  };
  const span at = opening(list);
  if (!has(shutdown_verb::exit)) {
    c.error(at, "shutdown-steps", "these steps never end the process", {"the last step is \"exit\""});
  } else if (steps.back().verb != shutdown_verb::exit) {
    c.error(at, "shutdown-steps", "nothing happens after \"exit\"", {"make \"exit\" the last step"});
  } else if (has(shutdown_verb::drain) && first(shutdown_verb::deregister) > first(shutdown_verb::drain)) {
    c.out.warning(at, "shutdown-steps", "this fleet drains while it is still registered, so new requests keep coming",
                  {"\"deregister\" usually comes first"});
  }
}

}  // namespace

void builder::read_fleets() {
  node* fleets = find_object(root_, "scenario", "fleets");
  if (fleets == nullptr) return;
  for (member& m : fleets->members) {
    node& n = m.value;
    if (!n.is(node::type::object) ||
        std::any_of(s_.fleets.begin(), s_.fleets.end(), [&](const fleet& f) { return f.name == m.key; }))
      continue;
    reserved(c_, m.at, m.key);
    fleet f;
    f.name = m.key;
    count(n, "fleet", "instances", f.instances);
    text(n, "fleet", "version", f.version);
    text(n, "fleet", "zone", f.zone);
    const key* weight = find_key("fleet", "weight");
    with(n, "fleet", "weight", f.weight,
         [&](context& c, slice s) { return read_number(c, s, "weight", weight->least, weight->most); });
    dist(n, "fleet", "service-time", f.service_time);
    dist(n, "fleet", "startup", f.startup);
    count(n, "fleet", "concurrency", f.concurrency);
    with(n, "fleet", "queue", f.queue, [](context& c, slice s) {
      return s.view() == "unlimited" ? std::optional(unlimited) : read_count(c, s, "queue", 0, 1e6);
    });
    if (const node* health = get(n, "fleet", "health")) {
      const std::string& h = health->value.value;
      if (h != "none" && !h.starts_with('/')) {
        c_.error(slice(health->value), "wrong-form", fmt::format("\"health\" is a path or \"none\", not \"{}\"", h));
      }
      f.health = h == "none" ? "" : h;
    }
    if (node* steps = find_object(n, "fleet", "shutdown")) {
      f.shutdown.clear();
      bool good = true;
      for (const node& step : steps->items) {
        const auto s = step.is(node::type::string) ? read_step(c_, slice(step.value)) : std::nullopt;
        good = good && s;
        if (s) f.shutdown.push_back(*s);
      }
      if (good) check_shutdown(c_, *steps, f.shutdown);
    }
    if (node* errors = find_object(n, "fleet", "errors")) {
      for (node& e : errors->items) {
        if (!e.is(node::type::object)) continue;
        error_rule rule;
        count(e, "error", "status", rule.status);
        with(e, "error", "rate", rule.rate, [](context& c, slice s) { return read_share(c, s, "rate"); });
        text(e, "error", "path", rule.path);
        f.errors.push_back(std::move(rule));
      }
    }
    s_.fleets.push_back(std::move(f));
  }
}

void builder::read_registry() {
  node* n = find_object(root_, "scenario", "registry");
  if (n == nullptr) return;
  registry_config& r = s_.registry;
  dist(*n, "registry", "propagation", r.propagation);
  time(*n, "registry", "heartbeat", r.heartbeat);
  time(*n, "registry", "lease", r.lease);
  time(*n, "registry", "sweep", r.sweep);
  static const std::vector<std::string> modes{"empty", "restored"};
  std::size_t mode = 0;
  with(*n, "registry", "restart", mode, [](context& c, slice s) { return read_choice(c, s, "restart", modes); });
  r.restart = mode == 0 ? restart_mode::empty : restart_mode::restored;
  if (r.lease <= r.heartbeat) {
    const member* at = n->find_member("lease") != nullptr ? n->find_member("lease") : n->find_member("heartbeat");
    if (at != nullptr) {
      c_.out.warning(
          at->at, "short-lease",
          fmt::format(
              "the lease ({:g}s) ends before the next heartbeat ({:g}s): instances drop out while they are well",
              to_seconds(r.lease), to_seconds(r.heartbeat)),
          {"a lease is usually three heartbeats long"});
    }
  }
}

router_config builder::read_router(node& n, router_config r) {
  with(n, "router", "discovery", r.discovery, read_discovery);
  with(n, "router", "balance", r.balance, read_balance);
  with(n, "router", "retry", r.retry, read_retry);
  with(n, "router", "pool", r.pool, read_pool);
  time(n, "router", "timeout", r.timeout);
  time(n, "router", "connect-timeout", r.connect_timeout);
  if (get(n, "router", "cost") != nullptr) {
    distribution cost;
    dist(n, "router", "cost", cost);
    r.cost = cost;
  }
  count(n, "router", "workers", r.workers);
  flag(n, "router", "strip", r.strip);
  return r;
}

void builder::read_variants() {
  const auto roots = metric_roots();
  router_config defaults;
  if (node* router = find_object(root_, "scenario", "router")) defaults = read_router(*router, defaults);
  node* variants = find_object(root_, "scenario", "variants");
  if (variants != nullptr) {
    for (member& m : variants->members) {
      if (!m.value.is(node::type::object) ||
          std::any_of(s_.variants.begin(), s_.variants.end(), [&](const variant& v) { return v.name == m.key; }))
        continue;
      if (std::find(roots.begin(), roots.end(), m.key) != roots.end()) {
        c_.error(m.at, "reserved-name", fmt::format("a variant cannot be called \"{}\", because a metric is", m.key));
      }
      s_.variants.push_back({m.key, read_router(m.value, defaults), place(m.at)});
    }
  }
  if (s_.variants.empty()) s_.variants.push_back({"default", defaults, place(root_.at)});
}

}  // namespace meshgauge::language
