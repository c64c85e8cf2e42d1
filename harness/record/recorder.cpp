#include "harness/record/recorder.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "harness/record/bucket_line.hpp"
#include "harness/record/cuts.hpp"
#include "harness/record/ended_set.hpp"
#include "harness/record/in_flight.hpp"
#include "harness/record/sampler.hpp"
#include "harness/record/view_watch.hpp"
#include "router/core/assert.hpp"

namespace meshgauge::record {
namespace {

// Limits that keep a result bounded whatever the scenario does. With all of them reached a result takes about 100 MB.
constexpr std::size_t grid_max = 6000;
constexpr std::size_t buckets_max = 12000;
constexpr std::size_t truth_changes_max = 100000;
constexpr std::size_t view_changes_max = 50000;
constexpr std::size_t events_max = 10000;

template <class T>
void keep(std::vector<T>& list, T&& value, std::size_t max, std::uint64_t& dropped) {
  if (list.size() < max) {
    list.push_back(std::move(value));
  } else {
    ++dropped;
  }
}

void count_status(bucket& b, unsigned status) {
  for (status_count& c : b.statuses) {
    if (c.status == status) {
      ++c.count;
      return;
    }
  }
  b.statuses.push_back({static_cast<std::uint16_t>(status), 1});
}

void count_failure(bucket& b, const request& r, const attempt* last, std::uint32_t attempts) {
  const truth then = last != nullptr ? last->then : truth::unknown;
  failure_count* at = nullptr;
  for (failure_count& c : b.failures) {
    if (c.why == r.why && c.then == then && c.status == r.status) at = &c;
  }
  if (at == nullptr) at = &b.failures.emplace_back(failure_count{r.why, then, static_cast<std::uint16_t>(r.status)});
  ++at->count;
  at->attempts += attempts;
  if (last != nullptr) {
    at->view_age_min = std::min(at->view_age_min, last->view_age);
    at->view_age_max = std::max(at->view_age_max, last->view_age);
  }
}

}  // namespace

struct recorder::state {
  state(const scenarios::scenario& s, std::size_t variant, std::uint64_t seed, scenarios::engine engine)
      : line(bucket_line::width_for(s.end() - instant{}, grid_max), buckets_max),
        watch(line, s.fleets.size()),
        samples(s.run.samples),
        loads(s.loads.size()),
        due(s.loads.size(), ~0ULL),
        rules(cut_rules(s)),
        fixed(static_windows(s)),
        scenario_end(s.end()) {
    result& r = *out;
    r.tool_version = MESHGAUGE_VERSION;
    r.scenario = s.name;
    r.variant = s.variants.at(variant).name;
    r.seed = seed;
    r.engine = engine;
    r.params = s.params;
    r.bucket_width = bucket_line::width_for(s.end() - instant{}, grid_max);
    for (const scenarios::fleet& f : s.fleets) r.fleets.push_back(f.name);
    for (const scenarios::load& l : s.loads) r.loads.push_back(l.name);
    r.windows.push_back({.name = "run", .what = window::kind::run, .start = {}, .end = s.end()});
    for (const scenarios::phase& p : s.phases) {
      r.windows.push_back({p.name, window::kind::phase, p.measure, false, p.start, p.end});
    }
    for (const scenarios::event& e : s.timeline) event_names.push_back(e.name);
    registry.resize(s.fleets.size());
    for (const static_window& w : fixed) {
      if (w.start) line.plan(*w.start, {});
      if (w.end) line.plan(*w.end, {});
    }
    for (const cut_rule& rule : rules) {
      if (const auto base = fixed_edge(rule.window, rule.at)) line.plan(*base + rule.offset, rule.step);
    }
  }

  std::optional<instant> fixed_edge(std::string_view name, scenarios::edge at) const {
    for (const static_window& w : fixed) {
      if (w.name == (name.empty() ? "run" : name)) return at == scenarios::edge::start ? w.start : w.end;
    }
    return std::nullopt;
  }

  /// A boundary now, and those that the expectations count from here.
  void cut(instant at, std::size_t index, scenarios::edge edge) {
    watch.catch_up(at);
    line.cut(at);
    const std::string& name = event_names.at(index);
    if (name.empty() || fixed_edge(name, edge) == at) return;  // planned before the run
    for (const cut_rule& rule : rules) {
      if (rule.window == name && rule.at == edge) line.plan(at + rule.offset, rule.step);
    }
  }

  window* event_window(std::size_t index) {
    const std::string& name = event_names.at(index);
    if (name.empty()) return nullptr;
    for (window& w : out->windows) {
      if (w.what == window::kind::event && w.name == name) return &w;
    }
    return nullptr;
  }

  void route(std::size_t in, const attempt& a) {
    if (a.instance == nobody) return;
    line.add_attempt(in, a.instance);
    ++line.at(in).routed_to[static_cast<std::size_t>(a.then)];
  }

  void violation(std::string text) {
    if (out->invariant_violations.size() < 20) out->invariant_violations.push_back(std::move(text));
  }
  void check();

  std::unique_ptr<result> out = std::make_unique<result>();
  bucket_line line;
  view_watch watch;
  sampler samples;
  in_flight attempts;
  std::vector<ended_set> loads;
  std::vector<std::uint64_t> due;
  std::vector<cut_rule> rules;
  std::vector<static_window> fixed;
  std::vector<std::string> event_names;
  std::vector<std::vector<std::uint32_t>> registry;
  std::vector<std::uint32_t> added, removed;
  instant scenario_end;
  std::uint64_t ended_twice = 0;
};

recorder::recorder(const scenarios::scenario& scenario, std::size_t variant, std::uint64_t seed,
                   scenarios::engine engine)
    : state_(std::make_unique<state>(scenario, variant, seed, engine)) {}
recorder::~recorder() = default;

std::uint32_t recorder::add_instance(std::uint32_t fleet, std::uint32_t number, std::uint32_t generation,
                                     std::string_view version, double weight) {
  result& r = *state_->out;
  state_->watch.add_instance(fleet);
  r.incarnations.push_back(
      {fmt::format("{}/{}", r.fleets.at(fleet), number), fleet, number, generation, std::string(version), weight});
  return static_cast<std::uint32_t>(r.incarnations.size() - 1);
}

std::uint32_t recorder::add_viewer(std::string_view name) {
  state_->watch.add_viewer();
  state_->out->viewers.emplace_back(name);
  return static_cast<std::uint32_t>(state_->out->viewers.size() - 1);
}

void recorder::truth_changed(instant at, std::uint32_t instance, meshgauge::truth now) {
  MESHGAUGE_ASSERT(instance < state_->out->incarnations.size());
  if (!state_->watch.truth_changed(at, instance, now)) return;
  result& r = *state_->out;
  keep(r.truth_changes, truth_change{at, instance, now}, truth_changes_max, r.truth_changes_dropped);
}

void recorder::view_changed(instant at, std::uint32_t viewer, std::uint32_t fleet,
                            std::span<const std::uint32_t> instances) {
  MESHGAUGE_ASSERT(viewer < state_->out->viewers.size());
  MESHGAUGE_ASSERT(fleet < state_->out->fleets.size());
  state& s = *state_;
  if (!s.watch.view_changed(at, viewer, fleet, instances, s.added, s.removed)) return;
  result& r = *s.out;
  keep(r.view_changes, view_change{at, viewer, fleet, s.added, s.removed}, view_changes_max, r.view_changes_dropped);
}

void recorder::registry_changed(instant at, std::uint32_t fleet, std::span<const std::uint32_t> instances) {
  MESHGAUGE_ASSERT(fleet < state_->registry.size());
  std::vector<std::uint32_t> now(instances.begin(), instances.end());
  std::sort(now.begin(), now.end());
  std::vector<std::uint32_t>& before = state_->registry[fleet];
  view_change change{.at = at, .fleet = fleet, .added = {}, .removed = {}};
  std::set_difference(now.begin(), now.end(), before.begin(), before.end(), std::back_inserter(change.added));
  std::set_difference(before.begin(), before.end(), now.begin(), now.end(), std::back_inserter(change.removed));
  if (change.added.empty() && change.removed.empty()) return;
  before = std::move(now);
  result& r = *state_->out;
  keep(r.registry_changes, std::move(change), view_changes_max, r.registry_changes_dropped);
}

void recorder::event_started(instant at, std::size_t index, std::string_view what) {
  state& s = *state_;
  s.cut(at, index, scenarios::edge::start);
  result& r = *s.out;
  keep(r.events, fired_event{at, static_cast<std::uint32_t>(index), fired_event::kind::started, std::string(what)},
       events_max, r.events_dropped);
  if (s.event_names.at(index).empty()) return;
  if (window* w = s.event_window(index)) {
    w->open = true;
  } else {
    r.windows.push_back({s.event_names[index], window::kind::event, false, true, at, at});
  }
}

void recorder::event_ended(instant at, std::size_t index) {
  state& s = *state_;
  s.cut(at, index, scenarios::edge::end);
  result& r = *s.out;
  keep(r.events, fired_event{at, static_cast<std::uint32_t>(index), fired_event::kind::ended, {}}, events_max,
       r.events_dropped);
  if (window* w = s.event_window(index)) {
    w->end = at;
    w->open = false;
  }
}

void recorder::event_noted(instant at, std::size_t index, std::string_view what) {
  result& r = *state_->out;
  keep(r.events, fired_event{at, static_cast<std::uint32_t>(index), fired_event::kind::noted, std::string(what)},
       events_max, r.events_dropped);
}

void recorder::attempted(const attempt& a) {
  state& s = *state_;
  MESHGAUGE_ASSERT(a.load < s.loads.size());
  MESHGAUGE_ASSERT(a.instance == nobody || a.instance < s.out->incarnations.size());
  ended_set& of = s.loads[a.load];
  if (!of.contains(a.request)) {
    s.attempts.add(a);
    return;
  }
  // The caller gave up before this try did. It still was a try, of the time its request was due.
  ++s.out->late_attempts;
  if (a.instance == nobody) return;
  ended_set::recent& known = of.slot(a.request);
  const bool remembered = known.number == a.request;
  const std::size_t in = s.line.find(remembered ? known.due : a.sent);
  s.route(in, a);
  if (remembered && ++known.attempts > known.tries) {
    known.tries = known.attempts;
    if (known.attempts > 1) ++s.line.at(in).retries;
  }
}

void recorder::ended(const request& r) {
  state& s = *state_;
  MESHGAUGE_ASSERT(r.load < s.loads.size());
  ended_set& of = s.loads[r.load];
  if (!of.insert(r.number)) {
    ++s.ended_twice;
    return;
  }
  const std::size_t in = s.line.find(r.due);
  const bool bad = failed(r);
  sample* keep_in = bad ? s.samples.offer(r) : nullptr;

  std::uint32_t tries = 0;
  attempt last;
  bool any = false;
  for (std::uint32_t n = s.attempts.take(r.load, r.number); n != in_flight::none;) {
    const attempt& a = s.attempts.what(n);
    s.route(in, a);
    tries += a.instance != nobody;
    if (bad) {
      last = a;
      any = true;
      if (keep_in != nullptr) keep_in->attempts.push_back(a);
    }
    const std::uint32_t next = s.attempts.next(n);
    s.attempts.give_back(n);
    n = next;
  }

  bucket& b = s.line.at(in);
  ++b.requests;
  b.ok += !bad;
  const std::uint32_t most = std::max(tries, r.attempts);
  if (most > 1) b.retries += most - 1;
  of.slot(r.number) = {r.number, r.due, most, tries};
  count_status(b, r.status);
  if (bad) count_failure(b, r, any ? &last : nullptr, tries);
  s.line.add_latency(in, r.end - r.due);
  if (r.end > r.sent) s.line.add_response(in, r.end - r.sent);
}

void recorder::due_in_all(std::uint32_t load, std::uint64_t count) {
  state_->due.at(load) = count;
}

void recorder::generator_late(duration by) {
  state_->out->generator_late.add(by);
}

void recorder::state::check() {
  std::uint64_t ended = 0;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    const std::uint64_t expected = due[i] == ~0ULL ? loads[i].above() : due[i];
    ended += loads[i].count();
    if (loads[i].count() != expected || loads[i].above() > expected) {
      violation(fmt::format("load {}: {} requests were due, {} ended", out->loads[i], expected, loads[i].count()));
    }
  }
  if (ended_twice != 0) violation(fmt::format("{} requests ended more than once", ended_twice));
  if (attempts.size() != 0) violation(fmt::format("{} requests have attempts but never ended", attempts.size()));
  std::uint64_t requests = 0, answered = 0, failures = 0, ok = 0, latencies = 0;
  for (const bucket& b : out->buckets) {
    requests += b.requests;
    ok += b.ok;
    latencies += b.latency.count;
    for (const status_count& c : b.statuses) answered += c.count;
    for (const failure_count& f : b.failures) {
      failures += f.count;
      if (f.why == cause::none) violation(fmt::format("{} failed requests have no cause", f.count));
    }
  }
  if (ok + failures != requests) {
    violation(fmt::format("{} ok and {} failed by cause do not add up to {} requests", ok, failures, requests));
  }
  if (latencies != requests) violation(fmt::format("{} latencies of {} requests", latencies, requests));
  if (requests != ended) violation(fmt::format("buckets hold {} requests, {} ended", requests, ended));
  if (answered != requests) violation(fmt::format("statuses add up to {} of {} requests", answered, requests));
}

std::unique_ptr<result> recorder::finish(instant end, std::uint64_t digest, std::uint64_t world_events) {
  state& s = *state_;
  result& r = *s.out;
  const instant last = s.scenario_end == instant{} ? end : std::min(end, s.scenario_end);
  s.watch.finish(last);
  r.buckets = s.line.finish(last);
  r.cuts_dropped = s.line.cuts_dropped();
  for (bucket& b : r.buckets) {
    std::sort(b.statuses.begin(), b.statuses.end(), [](auto& x, auto& y) { return x.status < y.status; });
    std::sort(b.failures.begin(), b.failures.end(), [](const failure_count& x, const failure_count& y) {
      return std::tie(x.why, x.then, x.status) < std::tie(y.why, y.then, y.status);
    });
  }
  for (window& w : r.windows) {
    if (w.open) w.end = last;
    w.start = std::min(w.start, last);
    w.end = std::min(w.end, last);
  }
  r.samples = s.samples.finish();
  r.digest = digest;
  r.world_events = world_events;
  r.end = end;
  s.check();
  return std::move(s.out);
}

}  // namespace meshgauge::record
