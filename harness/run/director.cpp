#include "harness/run/director.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace meshgauge::run {

using namespace std::chrono_literals;
using net::error_code;
using net::task;
using scenarios::target_kind;
using scenarios::verb;

namespace {

/// Sets it from the loop, outside of whoever calls this.
task<void> set_later(net::host& h, std::shared_ptr<latch> l) {
  const error_code ec = co_await h.sleep(duration::zero());
  if (!ec) l->set();
}

}  // namespace

director::director(mesh& m, std::uint64_t seed)
    : mesh_(m), random_(rng(seed).derive("timeline")), host_(m.world(), "director") {
  happenings_.resize(m.scenario().timeline.size());
  by_event_.resize(m.scenario().timeline.size());
  made_.resize(m.scenario().loads.size(), 0);
}

director::~director() {
  stop();
}

void director::stop() {
  host_.kill();
}

void director::start() {
  for (std::size_t i = 0; i < happenings_.size(); ++i) host_.spawn(play(i));
  for (std::size_t l = 0; l < made_.size(); ++l) {
    const scenarios::load& load = mesh_.scenario().loads[l];
    if (load.arrivals.kind == scenarios::arrivals_config::model::closed) {
      for (std::uint32_t u = 0; u < load.arrivals.users; ++u) {
        ++loads_running_;
        host_.spawn(run_user(l, u));
      }
    } else {
      ++loads_running_;
      host_.spawn(run_open_load(l));
    }
  }
}

// ------------------------------------------------------------------------------------------------- when

const scenarios::phase* director::phase_named(std::string_view name) const {
  for (const auto& p : mesh_.scenario().phases) {
    if (p.name == name) return &p;
  }
  return nullptr;
}

std::size_t director::event_named(std::string_view name) const {
  for (std::size_t i = 0; i < happenings_.size(); ++i) {
    if (event(i).name == name) return i;
  }
  return happenings_.size();
}

std::optional<instant> director::static_time(const scenarios::moment& m, std::size_t index) const {
  const duration drawn =
      m.offset.at(draws(index).derive("at").at(0) == 0 ? 0.5 : rng(draws(index).derive("at")).unit());
  const duration offset = m.negative ? -drawn : drawn;
  const auto of = [&](instant start, instant end) { return (m.at == scenarios::edge::start ? start : end) + offset; };
  if (m.window.empty()) return instant{} + offset;
  if (m.window == "run" || m.window == "measured") return of(instant{}, mesh_.scenario().end());
  if (const auto* p = phase_named(m.window)) return of(p->start, p->end);
  const std::size_t other = event_named(m.window);
  if (other == happenings_.size() || other == index) return std::nullopt;
  const auto begins = static_time(event(other).at, other);
  if (!begins) return std::nullopt;
  if (m.at == scenarios::edge::start) return *begins + offset;
  if (event(other).lasts) return *begins + *event(other).lasts + offset;
  if (event(other).during) {
    scenarios::moment end = event(other).at;
    end.at = scenarios::edge::end;
    const auto ends = static_time(end, other);
    if (ends) return *ends + offset;
  }
  return std::nullopt;
}

task<void> director::wait_until(const scenarios::moment& m, std::size_t index) {
  instant at{};
  if (const auto fixed = static_time(m, index)) {
    at = world_time(*fixed);
  } else {
    const std::size_t other = event_named(m.window);
    MESHGAUGE_ASSERT(other < happenings_.size());
    happening& h = happenings_[other];
    if (m.at == scenarios::edge::start) {
      co_await h.started.wait();
    } else {
      co_await h.ended.wait();
    }
    rng own = draws(index).derive("at");
    const duration offset = m.offset.sample(own);
    at = host_.now() + (m.negative ? duration::zero() : offset);
  }
  co_await host_.sleep_until(at);
}

// ------------------------------------------------------------------------------------------------- whom

std::vector<std::uint32_t> director::numbers(const scenarios::target& t, std::size_t size, std::size_t index) const {
  std::vector<std::uint32_t> out;
  const auto count = static_cast<std::uint32_t>(size);
  rng own = draws(index).derive("who");
  if (t.any && count > 0) {
    out.push_back(static_cast<std::uint32_t>(own.below(count)));
  } else if (t.share > 0) {
    // A draw of that many without replacement.
    auto wanted = static_cast<std::uint32_t>(t.share * static_cast<double>(count) + 0.5);
    for (std::uint32_t n = 0, left = count; n < count && wanted > 0; ++n, --left) {
      if (own.below(left) < wanted) {
        out.push_back(n);
        --wanted;
      }
    }
  } else if (t.all) {
    for (std::uint32_t n = 0; n < count; ++n) out.push_back(n);
  } else {
    for (std::uint32_t n = t.first; n <= t.last && n < count; ++n) out.push_back(n);
  }
  return out;
}

std::vector<unit*> director::units(const scenarios::target& t, std::size_t index) {
  std::vector<unit*> out;
  if (t.kind != target_kind::fleet) return out;
  for (const std::uint32_t n : numbers(t, mesh_.fleets[t.group].size(), index)) out.push_back(mesh_.fleets[t.group][n]);
  return out;
}

std::vector<router_unit*> director::routers(const scenarios::target& t, std::size_t index) {
  std::vector<router_unit*> out;
  if (t.kind != target_kind::router) return out;
  for (const std::uint32_t n : numbers(t, mesh_.routers.size(), index)) out.push_back(&mesh_.routers[n]);
  return out;
}

std::vector<std::string> director::hosts(const scenarios::target& t, std::size_t index) {
  std::vector<std::string> out;
  switch (t.kind) {
    case target_kind::registry:
      out.emplace_back("registry");
      break;
    case target_kind::router:
      if (t.all && !t.any && t.share == 0) return {"router/"};
      for (const router_unit* r : routers(t, index)) out.push_back(r->host->name());
      break;
    case target_kind::fleet:
      // By number, whoever holds it: an instance that takes over is behind the same link.
      if (t.all && !t.any && t.share == 0) return {mesh_.scenario().fleets[t.group].name + "/"};
      for (const unit* u : units(t, index)) out.push_back(u->host->name().substr(0, u->host->name().find('+')));
      break;
    case target_kind::load: {
      const std::string& name = mesh_.scenario().loads[t.group].name;
      if (t.all && !t.any && t.share == 0) return {name + "/"};
      for (const std::uint32_t n : numbers(t, mesh_.clients[t.group].size(), index))
        out.push_back(fmt::format("{}/{}", name, n));
      break;
    }
  }
  return out;
}

std::vector<net::host*> director::host_objects(const scenarios::target& t, std::size_t index) {
  std::vector<net::host*> out;
  for (unit* u : units(t, index)) out.push_back(u->host.get());
  for (router_unit* r : routers(t, index)) out.push_back(r->host.get());
  if (t.kind == target_kind::registry) out.push_back(&mesh_.registry_host());
  return out;
}

std::string director::words(std::size_t index, const scenarios::target& t) {
  const scenarios::event& e = event(index);
  if (!t.any && t.share == 0) return e.text;
  std::string who;
  for (const std::string& h : hosts(t, index)) who += (who.empty() ? "" : ", ") + h;
  return fmt::format("{} ({})", e.text, who);
}

// ------------------------------------------------------------------------------------------------- events

task<void> director::play(std::size_t index) {
  const scenarios::event& e = event(index);
  if (e.during) {
    scenarios::moment begin = e.at;
    begin.at = scenarios::edge::start;
    co_await wait_until(begin, index);
  } else {
    co_await wait_until(e.at, index);
  }
  happening& h = happenings_[index];
  h.start_time = host_.now();
  if (mesh_.recorder() != nullptr) {
    mesh_.recorder()->event_started(mesh_.at(host_.now()), index, words(index, e.between ? e.from : e.on));
  }
  h.started.set();
  co_await perform(index);
  if (e.during) {
    scenarios::moment end = e.at;
    end.at = scenarios::edge::end;
    co_await wait_until(end, index);
    undo(index);
  } else if (e.lasts) {
    co_await host_.sleep_until(h.start_time + *e.lasts);
    undo(index);
  } else {
    // A fault without an end lasts until it is healed, or until the run is over.
    for (const std::size_t a : by_event_[index]) co_await afflictions_[a].healed.wait();
  }
  if (mesh_.recorder() != nullptr) mesh_.recorder()->event_ended(mesh_.at(host_.now()), index);
  h.ended.set();
}

task<void> director::perform(std::size_t index) {
  const scenarios::event& e = event(index);
  const bool ends = e.during || e.lasts.has_value();
  // Who it was is remembered: a number may belong to somebody else by the time this is undone.
  happenings_[index].units = units(e.on, index);
  switch (e.verb) {
    case verb::kill:
      for (unit* u : units(e.on, index)) mesh_.kill(*u);
      for (router_unit* r : routers(e.on, index)) mesh_.kill(*r);
      if (e.on.kind == target_kind::registry) mesh_.kill_registry();
      break;
    case verb::stop: {
      if (e.on.kind == target_kind::registry) mesh_.kill_registry();
      for (router_unit* r : routers(e.on, index)) host_.spawn(stop_router(*r));
      std::vector<unit*> who = units(e.on, index);
      if (ends) {
        host_.spawn(stop_units(std::move(who)));
      } else {
        co_await stop_units(std::move(who));
      }
      break;
    }
    case verb::restart: {
      std::vector<unit*> who = units(e.on, index);
      for (unit* u : who) {
        mesh_.kill(*u);
        mesh_.start_unit(*u, false);
      }
      for (router_unit* r : routers(e.on, index)) {
        mesh_.kill(*r);
        mesh_.start_router(*r);
      }
      if (e.on.kind == target_kind::registry) {
        mesh_.kill_registry();
        mesh_.start_registry();
      }
      co_await until_ready(std::move(who));
      break;
    }
    case verb::deregister:
      for (unit* u : units(e.on, index)) {
        if (u->up()) u->process->deregister();
      }
      break;
    case verb::register_:
      for (unit* u : units(e.on, index)) {
        if (u->up()) u->process->register_again();
      }
      break;
    case verb::scale:
      co_await scale(index);
      break;
    case verb::rollout:
      co_await rollout(index);
      break;
    case verb::fault:
    case verb::partition:
      afflict(index);
      break;
    case verb::heal:
      heal(index);
      break;
    case verb::load:
      break;  // part of the arrivals from the beginning
  }
}

void director::undo(std::size_t index) {
  const scenarios::event& e = event(index);
  for (const std::size_t a : by_event_[index]) {
    affliction& what = afflictions_[a];
    if (!std::exchange(what.over, true)) what.undo();
  }
  switch (e.verb) {
    case verb::kill:
    case verb::stop:
      for (unit* u : happenings_[index].units) {
        if (!mesh_.present(*u)) continue;            // replaced, or scaled away
        if (u->process->stopping()) mesh_.kill(*u);  // still in its shutdown steps
        if (!u->up()) mesh_.start_unit(*u, false);
      }
      for (router_unit* r : routers(e.on, index)) {
        if (e.verb == verb::stop) mesh_.kill(*r);  // may still be draining
        mesh_.start_router(*r);
      }
      if (e.on.kind == target_kind::registry) mesh_.start_registry();
      break;
    case verb::deregister:
      for (unit* u : happenings_[index].units) {
        if (u->up()) u->process->register_again();
      }
      break;
    default:
      break;
  }
}

task<void> director::stop_units(std::vector<unit*> who) {
  // The last shutdown step runs in the instance's own coroutine; the kill must come from outside of it.
  struct leaver {
    unit* who;
    std::uint32_t life;
    std::shared_ptr<latch> gone;
  };
  std::vector<leaver> left;
  for (unit* u : who) {
    if (!u->up()) continue;
    auto l = std::make_shared<latch>();
    left.push_back({u, u->incarnation, l});
    u->process->on_exit([this, l] { host_.spawn(set_later(host_, l)); });
    u->process->stop();
  }
  for (const leaver& l : left) {
    // Killed by somebody else meanwhile, and perhaps started again? Then nobody will say so.
    const auto still_there = [&] { return l.who->up() && l.who->incarnation == l.life; };
    while (!l.gone->is_set() && still_there()) {
      const error_code ec = co_await host_.sleep(1ms);
      if (ec) co_return;
    }
    if (still_there()) mesh_.kill(*l.who);
  }
}

task<void> director::stop_router(router_unit& r) {
  if (!r.up) co_return;
  r.router->drain();
  r.host->refuse_connections(true);
  const instant until = host_.now() + 5s;
  const std::uint64_t life = r.lives;  // it may be killed and started again meanwhile
  while (r.up && r.lives == life && r.router->in_flight() > 0 && host_.now() < until) {
    const error_code ec = co_await host_.sleep(10ms);
    if (ec) co_return;
  }
  if (r.up && r.lives == life) mesh_.kill(r);
}

task<void> director::until_ready(std::vector<unit*> who) {
  for (unit* u : who) {
    while (u->up() && !(u->process->state() == truth::serving && (u->process->registered() || !mesh_.registry_up()))) {
      const error_code ec = co_await host_.sleep(10ms);
      if (ec) co_return;
    }
  }
}

task<void> director::scale(std::size_t index) {
  const scenarios::event& e = event(index);
  auto& fleet = mesh_.fleets[e.on.group];
  std::vector<unit*> joining, leaving;
  while (fleet.size() > e.count) {
    leaving.push_back(fleet.back());
    fleet.pop_back();
  }
  while (fleet.size() < e.count) {
    unit& u = mesh_.add_unit(e.on.group, static_cast<std::uint32_t>(fleet.size()),
                             mesh_.scenario().fleets[e.on.group].version);
    fleet.push_back(&u);
    mesh_.start_unit(u, false);
    joining.push_back(&u);
  }
  co_await stop_units(std::move(leaving));
  co_await until_ready(std::move(joining));
}

task<void> director::rollout(std::size_t index) {
  const scenarios::event& e = event(index);
  auto& fleet = mesh_.fleets[e.on.group];
  const std::uint32_t step = std::max(1U, e.batch);
  for (std::uint32_t first = 0; first < fleet.size(); first += step) {
    const auto last = static_cast<std::uint32_t>(std::min<std::size_t>(first + step, fleet.size()));
    if (first > 0) {
      const error_code ec = co_await host_.sleep(e.pause);
      if (ec) co_return;
    }
    std::string who;
    for (std::uint32_t n = first; n < last; ++n) who += (who.empty() ? "" : ", ") + fleet[n]->host->name();
    if (mesh_.recorder() != nullptr) {
      mesh_.recorder()->event_noted(mesh_.at(host_.now()), index,
                                    fmt::format("{} {}", who, e.surge > 0 ? "get a successor" : "stop"));
    }
    std::vector<unit*> old(fleet.begin() + first, fleet.begin() + last);
    if (e.surge == 0) co_await stop_units(old);
    std::vector<unit*> fresh;
    for (std::uint32_t n = first; n < last; ++n) {
      unit& u = mesh_.add_unit(e.on.group, n, e.version);
      fleet[n] = &u;
      mesh_.start_unit(u, false);
      fresh.push_back(&u);
    }
    co_await until_ready(std::move(fresh));
    if (e.surge > 0) co_await stop_units(std::move(old));
  }
}

void director::afflict(std::size_t index) {
  const scenarios::event& e = event(index);
  const scenarios::fault& f = e.fault;
  net::conditions& network = mesh_.world().conditions();
  const auto add = [&](const scenarios::target& t, std::vector<std::string> who, std::function<void()> undo_it) {
    by_event_[index].push_back(afflictions_.size());
    affliction& a = afflictions_.emplace_back();
    a.target = t.text;
    a.hosts = std::move(who);
    a.undo = std::move(undo_it);
  };
  const auto link = [&](const net::link_rule& rule, bool both_ways, const scenarios::target& t) {
    std::vector<std::uint64_t> ids{network.add(rule)};
    std::vector<std::string> who = rule.from.names;
    if (both_ways) {
      net::link_rule back = rule;
      std::swap(back.from, back.to);
      ids.push_back(network.add(back));
    }
    // Between two, healing either side heals the link.
    if (rule.to.names != std::vector<std::string>{"*"})
      who.insert(who.end(), rule.to.names.begin(), rule.to.names.end());
    add(t, std::move(who), [&network, ids] {
      for (const std::uint64_t id : ids) network.remove(id);
    });
  };
  const net::host_set everybody{{"*"}};
  if (e.verb == verb::partition) {
    const net::host_set a{hosts(e.between ? e.to : e.on, index)};
    const net::host_set b = e.between ? net::host_set{hosts(e.from, index)} : everybody;
    return link({.from = a, .to = b, .blocked = true}, true, e.on);
  }
  switch (f.kind) {
    case scenarios::fault_kind::blackhole:
    case scenarios::fault_kind::delay: {
      net::link_rule rule;
      if (f.kind == scenarios::fault_kind::blackhole) {
        rule.blocked = true;
      } else {
        rule.extra = f.extra;
        if (f.jitter > duration::zero()) rule.jitter = f.jitter;
      }
      if (e.between) {
        rule.from = {hosts(e.from, index)};
        rule.to = {hosts(e.to, index)};
        return link(rule, false, e.from);
      }
      rule.from = {hosts(e.on, index)};
      rule.to = everybody;
      return link(rule, rule.blocked, e.on);
    }
    case scenarios::fault_kind::pause:
    case scenarios::fault_kind::refuse:
      for (net::host* h : host_objects(e.on, index)) {
        const bool pause = f.kind == scenarios::fault_kind::pause;
        if (pause) {
          h->pause();
        } else {
          h->refuse_connections(true);
        }
        add(e.on, {h->name()}, [h, pause] { pause ? h->resume() : h->refuse_connections(false); });
      }
      return;
    case scenarios::fault_kind::slow:
    case scenarios::fault_kind::hang:
    case scenarios::fault_kind::error:
    case scenarios::fault_kind::reset: {
      upstream::fault what;
      what.kind = f.kind == scenarios::fault_kind::slow    ? upstream::fault_kind::slow
                  : f.kind == scenarios::fault_kind::hang  ? upstream::fault_kind::hang
                  : f.kind == scenarios::fault_kind::error ? upstream::fault_kind::error
                                                           : upstream::fault_kind::reset;
      what.factor = f.factor;
      what.extra = f.extra;
      what.rate = f.rate;
      what.status = f.status;
      what.path = f.path;
      for (unit* u : units(e.on, index)) {
        if (!u->up()) continue;
        const std::uint64_t number = u->process->inflict(what);
        add(e.on, {u->host->name()}, [u, number] { u->process->heal(number); });
      }
      return;
    }
  }
}

void director::heal(std::size_t index) {
  const scenarios::target& who = event(index).on;
  const net::host_set targets{hosts(who, index)};
  for (std::size_t i = 0; i < afflictions_.size(); ++i) {  // what waits for the end of one may begin another
    affliction& a = afflictions_[i];
    const bool meant = a.target == who.text || std::any_of(a.hosts.begin(), a.hosts.end(),
                                                           [&](const std::string& h) { return targets.contains(h); });
    if (!meant || a.over) continue;
    a.over = true;
    a.undo();
    a.healed.set();
  }
}

// ------------------------------------------------------------------------------------------------- load

std::vector<client::stretch> director::stretches_of(std::size_t l) const {
  const scenarios::load& load = mesh_.scenario().loads[l];
  std::vector<client::stretch> out;
  for (const scenarios::phase& p : mesh_.scenario().phases) {
    client::stretch s;
    s.start = p.start;
    s.end = p.end;
    const bool meant =
        load.during.empty() || std::find(load.during.begin(), load.during.end(), p.name) != load.during.end();
    const scenarios::arrivals_config& a = p.arrivals ? *p.arrivals : load.arrivals;
    s.model = a.kind == scenarios::arrivals_config::model::poisson ? client::arrival_model::poisson
                                                                   : client::arrival_model::constant;
    s.rate = meant ? a.rate * p.load_factor : 0;
    out.push_back(s);
  }
  // `load` events cut the stretches they overlap.
  for (std::size_t i = 0; i < happenings_.size(); ++i) {
    const scenarios::event& e = event(i);
    if (e.verb != verb::load || (!e.on.everyone && e.on.group != l)) continue;
    scenarios::moment from = e.at, to = e.at;
    if (e.during) {
      from.at = scenarios::edge::start;
      to.at = scenarios::edge::end;
    }
    const auto begins = static_time(from, i);
    if (!begins) continue;
    const instant ends = e.lasts    ? *begins + *e.lasts
                         : e.during ? static_time(to, i).value_or(mesh_.scenario().end())
                                    : mesh_.scenario().end();
    std::vector<client::stretch> cut;
    for (const client::stretch& s : out) {
      const instant a = std::clamp(*begins, s.start, s.end), b = std::clamp(ends, s.start, s.end);
      const auto piece = [&](instant x, instant y, double factor) {
        if (y > x) cut.push_back({x, y, s.model, s.rate * factor});
      };
      piece(s.start, a, 1);
      piece(a, b, e.factor);
      piece(b, s.end, 1);
    }
    out = std::move(cut);
  }
  return out;
}

void director::make_request(std::size_t load, std::uint32_t client, instant due) {
  client_unit& c = *mesh_.clients[load][client];
  const std::uint64_t number = made_[load]++;
  ++mesh_.open_requests_;
  if (!mesh_.where().simulated() && mesh_.recorder() != nullptr) mesh_.recorder()->generator_late(host_.now() - due);
  c.host->spawn(c.caller->request(number, fmt::format("{}-{}", load, number), due));
}

task<void> director::run_open_load(std::size_t l) {
  client::arrivals due(random_.derive("load").derive(mesh_.scenario().loads[l].name), stretches_of(l));
  const std::uint32_t count = mesh_.scenario().loads[l].clients;
  while (due.next() != never) {
    const instant at = world_time(due.next());
    if (at > host_.now()) {
      const error_code ec = co_await host_.sleep_until(at);
      if (ec) co_return;
    }
    make_request(l, due.client(count), at);
    due.advance();
  }
  --loads_running_;
}

task<void> director::run_user(std::size_t l, std::uint32_t user) {
  const scenarios::load& load = mesh_.scenario().loads[l];
  rng think = random_.derive("load").derive(load.name).derive("user").derive(user);
  const instant end = world_time(mesh_.scenario().end());
  client_unit& c = *mesh_.clients[l][user % load.clients];
  for (;;) {
    const duration pause = load.arrivals.think.sample(think);
    const error_code ec = co_await host_.sleep(pause);
    if (ec || host_.now() >= end) break;
    const std::uint64_t number = made_[l]++;
    ++mesh_.open_requests_;
    co_await c.caller->request(number, fmt::format("{}-{}", l, number), host_.now());
  }
  --loads_running_;
}

}  // namespace meshgauge::run
