#include "scenarios/language/builder.hpp"

#include <algorithm>

#include "scenarios/language/builder_access.hpp"

namespace meshgauge::language {

using namespace scenarios;

void builder::text(node& n, std::string_view where, std::string_view name, std::string& to) {
  const node* v = get(n, where, name);
  if (v == nullptr) return;
  const key* k = find_key(where, name);
  const std::string& s = v->value.value;
  if (k->what == holds::name && !valid_name(s)) {
    c_.error(slice(v->value), "name-form", fmt::format("\"{}\" cannot be a {}", s, name),
             {"names are made of a-z, 0-9, - and _"});
  }
  if (k->what == holds::path && !s.starts_with('/')) {
    c_.error(slice(v->value), "wrong-form", fmt::format("a path begins with \"/\", not like \"{}\"", s));
    return;
  }
  to = s;
}

void builder::time(node& n, std::string_view where, std::string_view name, duration& to) {
  const bool positive = find_key(where, name)->positive;
  with(n, where, name, to, [&](context& c, slice s) { return read_time(c, s, name, positive); });
}

void builder::count(node& n, std::string_view where, std::string_view name, unsigned& to) {
  const key* k = find_key(where, name);
  with(n, where, name, to, [&](context& c, slice s) { return read_count(c, s, name, k->least, k->most); });
}

void builder::dist(node& n, std::string_view where, std::string_view name, distribution& to) {
  with(n, where, name, to, [&](context& c, slice s) { return read_distribution(c, s, name); });
}

void builder::flag(node& n, std::string_view where, std::string_view name, bool& to) {
  const node* v = get(n, where, name);
  if (v == nullptr) return;
  to = v->is(node::type::boolean) ? v->flag : v->value.value == "true";
  if (v->is(node::type::string)) find_object(n, where, name)->flag = true;  // written as a truth value when expanded
}

void builder::target(node& n, std::string_view name, scenarios::target& to, const target_wants& wants) {
  with(n, "event", name, to, [&](context& c, slice s) { return read_target(c, s, hosts_, wants); });
}

scenario builder::build() {
  s_.file = c_.out.source().file();
  const std::size_t slash = s_.file.find_last_of('/');
  s_.name = slash == std::string::npos ? s_.file : s_.file.substr(slash + 1);
  s_.name = s_.name.substr(0, s_.name.find('.'));
  text(root_, "scenario", "scenario", s_.name);
  text(root_, "scenario", "about", s_.about);
  s_.params = c_.params;
  read_network();
  read_fleets();
  read_registry();
  read_variants();
  read_phases();
  read_loads();
  collect_hosts();
  read_links();
  read_timeline();
  read_expectations();
  read_run();
  return std::move(s_);
}

void builder::read_run() {
  s_.run.engine = engine_;
  node* run = find_object(root_, "scenario", "run");
  if (run == nullptr) return;
  static const std::vector<std::string> engines{"sim", "live"};
  std::size_t ignored = 0;
  with(*run, "run", "engine", ignored, [](context& c, slice s) { return read_choice(c, s, "engine", engines); });
  unsigned seeds = 0, live_seeds = 0;
  count(*run, "run", "seeds", seeds);
  count(*run, "run", "samples", s_.run.samples);
  if (node* live = find_object(*run, "run", "live")) count(*live, "live", "seeds", live_seeds);
  if (seeds > 0) s_.run.seeds = seeds;
  if (engine_ == engine::live && live_seeds > 0) s_.run.seeds = live_seeds;
}

/// The most of each that the scenario ever has, so that targets can be checked.
void builder::collect_hosts() {
  for (const fleet& f : s_.fleets) hosts_.fleets.push_back({f.name, f.instances});
  for (const load& l : s_.loads)
    hosts_.loads.push_back(
        {l.name, l.arrivals.kind == arrivals_config::model::closed ? std::max(l.clients, 1U) : l.clients});
  for (const variant& v : s_.variants) {
    if (v.router.discovery.where == placement::server)
      hosts_.routers = std::max(hosts_.routers, v.router.discovery.routers);
  }
  const node* timeline = get(root_, "scenario", "timeline");
  if (timeline == nullptr) return;
  for (const node& e : timeline->items) {
    if (!e.is(node::type::object)) continue;
    const node *scale = get(e, "event", "scale"), *to = get(e, "event", "to");
    if (scale == nullptr || to == nullptr) continue;
    const auto n = parse_quantity(to->value.value);
    for (hosts::group& g : hosts_.fleets) {
      if (g.name == scale->value.value && n && n->kind == unit_kind::count && n->value <= 10000) {
        g.count = std::max(g.count, static_cast<unsigned>(n->value));
      }
    }
  }
}

void builder::read_links() {
  node* network = find_object(root_, "scenario", "network");
  node* links = network == nullptr ? nullptr : find_object(*network, "network", "links");
  if (links == nullptr) return;
  for (node& n : links->items) {
    if (!n.is(node::type::object)) continue;
    link_config link;
    for (const auto& [name, to] : {std::pair{"from", &link.from}, std::pair{"to", &link.to}}) {
      const node* end = get(n, "link", name);
      if (end == nullptr) continue;
      *to = end->value.value;
      if (*to == "*") continue;
      read_target(c_, slice(end->value), hosts_,
                  {.router = true, .registry = true, .load = true, .drawn = false, .who = "a link"});
    }
    distribution latency;
    duration jitter{};
    double bandwidth = 0;
    dist(n, "link", "latency", latency);
    time(n, "link", "jitter", jitter);
    with(n, "link", "bandwidth", bandwidth, [](context& c, slice s) { return read_bandwidth(c, s, "bandwidth"); });
    if (n.find("latency") != nullptr) link.latency = latency;
    if (n.find("jitter") != nullptr) link.jitter = jitter;
    if (n.find("bandwidth") != nullptr) link.bandwidth = bandwidth;
    s_.network.links.push_back(std::move(link));
  }
}

}  // namespace meshgauge::language
