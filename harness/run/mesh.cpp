#include "harness/run/mesh.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace meshgauge::run {

using namespace std::chrono_literals;
using scenarios::placement;

namespace {

/// CPU time of a proxied request where a scenario names none: what our router takes on real sockets.
constexpr duration calibrated_cost = 25us;

discovery::retry_rule rule_of(const scenarios::retry_config& r) {
  return {.count = r.count,
          .on_connect_failure = r.on_connect_failure,
          .on_reset = r.on_reset,
          .on_timeout = r.on_timeout,
          .on_5xx = r.on_5xx,
          .other_host = r.other_host};
}

lb::policy policy_of(scenarios::balance b) {
  switch (b) {
    case scenarios::balance::random:
      return lb::policy::random;
    case scenarios::balance::least_request:
      return lb::policy::least_request;
    case scenarios::balance::p2c:
      return lb::policy::p2c;
    case scenarios::balance::clock_modulo:
      return lb::policy::clock_modulo;
    case scenarios::balance::round_robin:
      break;
  }
  return lb::policy::round_robin;
}

upstream::shutdown_step step_of(const scenarios::shutdown_step& s) {
  upstream::shutdown_step out;
  out.time = s.time;
  switch (s.verb) {
    case scenarios::shutdown_verb::deregister:
      out.kind = upstream::step_kind::deregister;
      break;
    case scenarios::shutdown_verb::wait:
      out.kind = upstream::step_kind::wait;
      break;
    case scenarios::shutdown_verb::drain:
      out.kind = upstream::step_kind::drain;
      break;
    case scenarios::shutdown_verb::exit:
      out.kind = upstream::step_kind::exit;
      break;
  }
  switch (s.mode) {
    case scenarios::drain_mode::answer_503:
      out.mode = upstream::drain_mode::answer_503;
      break;
    case scenarios::drain_mode::refuse:
      out.mode = upstream::drain_mode::refuse;
      break;
    case scenarios::drain_mode::serve:
      out.mode = upstream::drain_mode::serve;
      break;
  }
  return out;
}

/// A share of `period` that belongs to this host alone, so that a thousand of them do not beat together.
duration phase_of(const net::host& h, std::string_view purpose, duration period) {
  return duration(1 + static_cast<std::int64_t>(h.random(purpose).at(0) % static_cast<std::uint64_t>(period.count())));
}

std::uint64_t number_in(std::string_view& text) {
  std::uint64_t n = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (bad == std::errc{}) text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return n;
}

}  // namespace

upstream::instance_options program_of(const scenarios::fleet& f) {
  upstream::instance_options o;
  o.service = f.name;
  o.version = f.version;
  o.zone = f.zone;
  o.weight = f.weight;
  o.service_time = f.service_time;
  o.workers = f.concurrency;
  o.queue = f.queue == scenarios::unlimited ? upstream::no_limit : f.queue;
  for (const auto& e : f.errors) {
    std::string path = e.path;
    if (path.ends_with('*')) path.pop_back();
    o.errors.push_back({e.status, e.rate, path});
  }
  for (const auto& s : f.shutdown) o.shutdown.push_back(step_of(s));
  o.health = f.health;
  return o;
}

// ------------------------------------------------------------------------------------------------- tap

void tap::join_record() {
  viewer_ = mesh_.recorder()->add_viewer(name_);
  for (const auto& [fleet, units] : latest_) {
    std::vector<std::uint32_t> lives;
    for (const unit* u : units) lives.push_back(u->incarnation);
    mesh_.recorder()->view_changed(instant{}, viewer_, static_cast<std::uint32_t>(fleet), lives);
  }
}

std::uint64_t tap::chosen(const discovery::member& m) {
  const unit* u = mesh_.unit_of(m);
  if (u == nullptr) return 0;
  return (std::uint64_t{u->incarnation} << 8 | static_cast<std::uint64_t>(u->process->state())) + 1;
}

void tap::attempted(const discovery::attempt_record& r) {
  if (mesh_.recorder() == nullptr) return;
  record::attempt a;
  std::string_view id = r.request_id;  // "LOAD-NUMBER"
  a.load = static_cast<std::uint32_t>(number_in(id));
  if (!id.starts_with('-')) return;
  id.remove_prefix(1);
  a.request = number_in(id);
  a.chooser = viewer_;
  if (r.tag != 0) {
    a.instance = static_cast<std::uint32_t>((r.tag - 1) >> 8);
    a.then = static_cast<truth>((r.tag - 1) & 0xff);
  }
  a.view_age = r.view_age;
  a.sent = mesh_.at(r.chosen);
  a.end = mesh_.at(r.end);
  a.status = r.status;
  a.why = r.why;
  mesh_.recorder()->attempted(a);
}

void tap::report(std::size_t fleet, const discovery::endpoint_set& members) {
  std::vector<unit*>& units = latest_[fleet];
  units.clear();
  for (const auto& m : members.members()) {
    if (unit* u = mesh_.unit_of(*m)) units.push_back(u);
  }
  if (mesh_.recorder() == nullptr || viewer_ == record::nobody) return;
  std::vector<std::uint32_t> lives;
  for (const unit* u : units) lives.push_back(u->incarnation);
  mesh_.recorder()->view_changed(mesh_.at(mesh_.now()), viewer_, static_cast<std::uint32_t>(fleet), lives);
}

void tap::view_changed(instant, const discovery::service& of, const discovery::endpoint_set::change&) {
  if (const auto fleet = mesh_.fleet_named(of.name())) {
    report(*fleet, const_cast<discovery::service&>(of).endpoints());
  }
}

void tap::fixed_view(std::size_t fleet, const discovery::endpoint_set& members) {
  report(fleet, members);
}

// ------------------------------------------------------------------------------------------------- client

void client_unit::request_ended(const client::ended& e) {
  --mesh_.open_requests_;
  if (mesh_.recorder() == nullptr) return;
  record::request r;
  r.load = static_cast<std::uint32_t>(load);
  r.number = e.number;
  r.client = number;
  r.due = mesh_.at(e.due);
  r.sent = mesh_.at(e.sent);
  r.end = mesh_.at(e.end);
  r.status = e.status;
  r.why = e.why;
  r.attempts = e.attempts;
  if (const auto dot = e.served_by.rfind('.'); dot != std::string_view::npos) {
    std::string_view life = e.served_by.substr(dot + 1);
    r.instance = static_cast<std::uint32_t>(number_in(life));
  }
  mesh_.recorder()->ended(r);
}

// ------------------------------------------------------------------------------------------------- mesh

mesh::mesh(stage& s, const scenarios::scenario& what, const scenarios::router_config& how)
    : stage_(s), scenario_(what), config_(how), memo_(std::make_shared<discovery::list_memo>()) {
  registry_host_ = std::make_unique<net::host>(world(), "registry");
  registry_at_ = {stage_.allocate(), 8500};
  registry_host_->set_address(registry_at_.address);
  generations_.resize(what.fleets.size());
  fleets.resize(what.fleets.size());
  for (std::size_t f = 0; f < what.fleets.size(); ++f) {
    for (std::uint32_t n = 0; n < what.fleets[f].instances; ++n) {
      fleets[f].push_back(&add_unit(f, n, what.fleets[f].version));
    }
  }
  if (how.discovery.where == placement::server) {
    routers.resize(how.discovery.routers);
    for (std::size_t i = 0; i < routers.size(); ++i) {
      router_unit& r = routers[i];
      r.host = std::make_unique<net::host>(world(), fmt::format("router/{}", i));
      r.at = {stage_.allocate(), 8000};
      r.host->set_address(r.at.address);
      r.watch = std::make_unique<tap>(*this, r.host->name());
    }
  }
  build_clients();
}

mesh::~mesh() {
  end();
}

void mesh::end() {
  recorder_ = nullptr;
  // Clients first: who calls goes before who is called, so that nobody starts anything new.
  for (auto& group : clients) {
    for (auto& c : group) c->host->kill();
  }
  for (router_unit& r : routers) kill(r);
  for (auto& u : units_) kill(*u);
  kill_registry();
}

registry::server_options mesh::registry_options() const {
  registry::server_options o;
  o.directory.default_ttl = scenario_.registry.lease;
  o.directory.propagation = scenario_.registry.propagation;
  o.directory.epoch = std::to_string(registry_lives_);
  o.sweep = scenario_.registry.sweep;
  return o;
}

void mesh::start_registry() {
  if (registry_ != nullptr) return;
  ++registry_lives_;
  registry_host_->revive();
  registry_ = std::make_unique<registry::server>(*registry_host_, registry_options());
  if (registry_saved_ && scenario_.registry.restart == scenarios::restart_mode::restored) {
    registry_->state().restore(*registry_saved_, world().now());
  }
  const auto at = registry_->start(registry_at_);
  if (!at)
    problem_ = fmt::format("registry cannot listen at {}: {}", net::to_string(registry_at_), at.error().message());
}

void mesh::kill_registry() {
  if (registry_ == nullptr) return;
  registry_saved_ = registry_->state().save();
  registry_host_->kill();
  registry_.reset();
}

unit& mesh::add_unit(std::size_t fleet, std::uint32_t number, const std::string& version) {
  const scenarios::fleet& f = scenario_.fleets[fleet];
  if (generations_[fleet].size() <= number) generations_[fleet].resize(number + 1, 0);
  const std::uint32_t before = generations_[fleet][number];
  auto u = std::make_unique<unit>();
  u->fleet = fleet;
  u->number = number;
  const std::string name =
      before == 0 ? fmt::format("{}/{}", f.name, number) : fmt::format("{}/{}+{}", f.name, number, before);
  u->host = std::make_unique<net::host>(world(), name);
  upstream::instance_options o = program_of(f);
  o.id = name;
  o.at = {stage_.allocate(), 8080};
  u->host->set_address(o.at.address);
  o.version = version;
  o.registry = registry_at_;
  o.registrar.heartbeat = scenario_.registry.heartbeat;
  o.registrar.phase = phase_of(*u->host, "heartbeat", scenario_.registry.heartbeat);
  o.lease = scenario_.registry.lease;
  o.startup = f.startup.at(u->host->random("startup").derive(before).unit());
  unit* raw = u.get();
  u->process = std::make_unique<upstream::instance>(
      *u->host, std::move(o), [this, raw](truth t) { truth_of(*raw, t); }, nullptr);
  by_address_.emplace(u->process->options().at, raw);
  units_.push_back(std::move(u));
  return *raw;
}

void mesh::new_life(unit& u) {
  const std::uint32_t generation = generations_[u.fleet][u.number]++;
  if (recorder_ == nullptr) return;
  u.incarnation = recorder_->add_instance(static_cast<std::uint32_t>(u.fleet), u.number, generation,
                                          u.process->options().version, u.process->options().weight);
  u.process->set_served_by(fmt::format("{}.{}", u.host->name(), u.incarnation));
}

void mesh::start_unit(unit& u, bool warm) {
  u.host->revive();
  new_life(u);
  u.process->start(warm);
  if (!u.process->problem().empty()) problem_ = u.process->problem();
}

void mesh::truth_of(unit& u, truth t) {
  if (recorder_ != nullptr) recorder_->truth_changed(at(now()), u.incarnation, t);
}

void mesh::kill(unit& u) {
  u.host->kill();
  u.process->died();
}

lb::balancer_options mesh::balance(const net::host& h, bool random_start) const {
  lb::balancer_options o;
  o.policy = policy_of(config_.balance);
  // Twenty clients that all begin with the first instance would hit it together.
  if (random_start) o.start = h.random("balance-start").at(0);
  return o;
}

discovery::client_options mesh::view_options(bool all) const {
  const scenarios::discovery_config& d = config_.discovery;
  discovery::client_options o;
  o.how = d.how == scenarios::refresh::watch  ? discovery::refresh::watch
          : d.how == scenarios::refresh::poll ? discovery::refresh::poll
                                              : discovery::refresh::once;
  if (d.how == scenarios::refresh::poll) o.poll = d.poll;
  o.outage.what = d.outage == scenarios::on_outage::keep_last ? discovery::on_outage::keep_last
                  : d.outage == scenarios::on_outage::fail    ? discovery::on_outage::fail
                                                              : discovery::on_outage::expire;
  o.outage.expire_after = d.expire_after;
  o.all = all && d.how != scenarios::refresh::once;
  o.memo = memo_;
  return o;
}

proxy::options mesh::router_options(std::size_t number) const {
  proxy::options o;
  o.name = fmt::format("router-{}", number);
  o.routes = proxy::route_table(config_.strip);
  o.connect_timeout = config_.connect_timeout;
  o.upstream_timeout = config_.timeout;
  o.pool = {.max = config_.pool.max, .idle = config_.pool.idle};
  o.retry = rule_of(config_.retry);
  o.workers = config_.workers;
  if (stage_.simulated()) o.cost = config_.cost.value_or(distribution::constant(calibrated_cost));
  if (o.cost && o.cost->is_zero()) o.cost.reset();
  return o;
}

void mesh::start_router(router_unit& r) {
  if (r.up) return;
  r.host->revive();
  auto number = static_cast<std::size_t>(&r - routers.data());
  auto options = view_options(true);
  options.balance = balance(*r.host, false);
  if (options.how == discovery::refresh::poll) options.phase = phase_of(*r.host, "poll", options.poll);
  r.view = std::make_unique<discovery::client>(*r.host, registry_at_, options, r.watch.get());
  r.router = std::make_unique<proxy::router>(*r.host, *r.view, router_options(number), r.watch.get());
  r.view->start();
  if (!options.all && options.how != discovery::refresh::once) {
    for (const auto& f : scenario_.fleets) r.view->at(f.name);
  }
  auto l = r.host->listen(r.at);
  if (!l) {
    problem_ = fmt::format("router/{} cannot listen at {}: {}", number, net::to_string(r.at), l.error().message());
    return;
  }
  r.host->spawn(r.router->serve(std::move(*l)));
  ++r.lives;
  r.up = true;
}

void mesh::kill(router_unit& r) {
  r.host->kill();
  r.router.reset();
  r.view.reset();
  r.up = false;
}

void mesh::build_clients() {
  clients.resize(scenario_.loads.size());
  for (std::size_t l = 0; l < scenario_.loads.size(); ++l) {
    const scenarios::load& load = scenario_.loads[l];
    for (std::uint32_t n = 0; n < load.clients; ++n) {
      auto c = std::make_unique<client_unit>(*this, l, n);
      c->host = std::make_unique<net::host>(world(), fmt::format("{}/{}", load.name, n));
      c->host->set_address(stage_.allocate());
      client::client_options o;
      const std::string& service = scenario_.fleets[load.to].name;
      o.service = service;
      o.method = load.request.method;
      o.path = load.request.path.empty() ? "/" + service + "/" : load.request.path;
      for (const auto& [name, value] : load.request.headers) o.fields += name + ": " + value + "\r\n";
      o.body = load.request.body;
      o.timeout = load.timeout;
      o.retry = rule_of(load.retry);
      o.keep_alive = load.keepalive;
      o.connect_timeout = config_.connect_timeout;
      o.pool = {.max = config_.pool.max, .idle = config_.pool.idle};
      discovery::observer* watching = nullptr;
      if (config_.discovery.where == placement::server) {
        std::vector<net::endpoint> at;
        for (const router_unit& r : routers) at.push_back(r.at);
        auto set = std::make_unique<discovery::router_set>(*c->host, std::move(at), n % routers.size());
        o.call.retry = set->once_round();
        o.call.timeout = load.timeout;  // the router's own limits are shorter: its answer says what happened
        c->resolver = std::move(set);
      } else {
        c->watch = std::make_unique<tap>(*this, c->host->name());
        watching = c->watch.get();
        o.call.retry = rule_of(config_.retry);
        o.call.timeout = config_.timeout;
        if (config_.discovery.where == placement::fixed) {
          auto fixed = std::make_unique<discovery::fixed_resolver>(*c->host, balance(*c->host, true));
          registry::service_list list;
          list.service = service;
          for (const unit* u : fleets[load.to]) {
            registry::instance i;
            i.id = u->process->options().id;
            i.service = service;
            i.address = u->process->options().at.address.to_string();
            i.port = u->process->options().at.port;
            i.version = u->process->options().version;
            list.instances.push_back(std::make_shared<const registry::instance>(std::move(i)));
          }
          std::sort(list.instances.begin(), list.instances.end(),
                    [](const auto& a, const auto& b) { return a->id < b->id; });
          fixed->set(std::move(list));
          c->watch->fixed_view(load.to, *fixed->members(service));
          c->resolver = std::move(fixed);
        } else {
          auto options = view_options(false);
          options.balance = balance(*c->host, true);
          if (options.how == discovery::refresh::poll) options.phase = phase_of(*c->host, "poll", options.poll);
          c->resolver = std::make_unique<discovery::client>(*c->host, registry_at_, options, c->watch.get());
        }
      }
      c->caller = std::make_unique<client::client>(*c->host, *c->resolver, std::move(o), watching, *c);
      clients[l].push_back(std::move(c));
    }
  }
}

std::string mesh::warm_up() {
  start_registry();
  for (auto& u : units_) start_unit(*u, true);
  const auto all = [&](auto&& holds) {
    return stage_.run_until(world().now() + 30s, [&] { return !problem().empty() || holds(); }) && problem().empty();
  };
  if (!all([&] {
        return std::all_of(units_.begin(), units_.end(), [](const auto& u) { return u->process->registered(); });
      })) {
    return problem().empty() ? "not every instance could register within 30 s" : problem();
  }
  for (router_unit& r : routers) start_router(r);
  // Who reads the list at first use is not warm, but the registry must be ready to tell him everybody: somebody asks.
  const bool lazy = config_.discovery.how == scenarios::refresh::once && config_.discovery.where != placement::fixed;
  std::unique_ptr<net::host> scout_host;
  std::unique_ptr<discovery::client> scout;
  std::vector<std::pair<discovery::client*, std::string>> views;
  for (router_unit& r : routers) {
    for (const auto& f : scenario_.fleets) views.emplace_back(r.view.get(), f.name);
  }
  for (auto& group : clients) {
    for (auto& c : group) {
      auto* view = dynamic_cast<discovery::client*>(c->resolver.get());
      if (view == nullptr || lazy) continue;
      const std::string& service = scenario_.fleets[scenario_.loads[c->load].to].name;
      view->at(service);
      views.emplace_back(view, service);
    }
  }
  if (lazy) {
    views.clear();
    scout_host = std::make_unique<net::host>(world(), "scout");
    scout_host->set_address(stage_.allocate());
    scout = std::make_unique<discovery::client>(*scout_host, registry_at_, discovery::client_options{});
    for (const auto& f : scenario_.fleets) {
      scout->at(f.name);
      views.emplace_back(scout.get(), f.name);
    }
  }
  // A view is warm when it holds everybody: nothing of the start may look like staleness.
  const auto warm = [&](const std::pair<discovery::client*, std::string>& v) {
    discovery::service* s = v.first->find(v.second);
    const auto fleet = fleet_named(v.second);
    return s != nullptr && fleet && s->endpoints().size() == fleets[*fleet].size();
  };
  struct kill_scout {
    std::unique_ptr<net::host>& host;
    ~kill_scout() {
      if (host != nullptr) host->kill();
    }
  } const after{scout_host};
  std::size_t first_cold = 0;
  if (!all([&] {
        while (first_cold < views.size() && warm(views[first_cold])) ++first_cold;
        return first_cold == views.size();
      })) {
    return problem().empty() ? "not every client or router got a full view within 30 s" : problem();
  }
  return {};
}

void mesh::begin(record::recorder& r) {
  recorder_ = &r;
  start_ = now();
  for (auto& lives : generations_) std::fill(lives.begin(), lives.end(), 0);
  for (auto& u : units_) {
    new_life(*u);
    truth_of(*u, u->process->state());
  }
  for (router_unit& unit : routers) unit.watch->join_record();
  for (auto& group : clients) {
    for (auto& c : group) {
      if (c->watch != nullptr) c->watch->join_record();
    }
  }
}

std::string mesh::problem() const {
  if (!problem_.empty()) return problem_;
  for (const auto& u : units_) {
    if (!u->process->problem().empty()) return u->process->problem();
  }
  return {};
}

unit* mesh::unit_at(const net::endpoint& e) const {
  const auto found = by_address_.find(e);
  return found == by_address_.end() ? nullptr : found->second;
}

unit* mesh::unit_of(const discovery::member& m) const {
  if (m.note() == 0) {
    unit* u = unit_at(m.address());
    m.set_note(reinterpret_cast<std::uintptr_t>(u));
    return u;
  }
  return reinterpret_cast<unit*>(static_cast<std::uintptr_t>(m.note()));
}

std::optional<std::size_t> mesh::fleet_named(std::string_view name) const {
  for (std::size_t i = 0; i < scenario_.fleets.size(); ++i) {
    if (scenario_.fleets[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace meshgauge::run
