#include "harness/judge/judge.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "harness/judge/compare.hpp"
#include "harness/judge/explain.hpp"
#include "harness/judge/numbers.hpp"
#include "harness/judge/one_seed.hpp"

namespace meshgauge::judge {
namespace {

using scenarios::judge_rule;

const record::result* find(std::span<const record::result* const> results, std::string_view variant,
                           std::uint64_t seed) {
  for (const record::result* r : results) {
    if (r->seed == seed && pattern_matches(variant, r->variant)) return r;
  }
  return nullptr;
}

/// "in 3 of 10 seeds: ..." in front of a reason that not all seeds share.
std::string shared_reason(const check& c) {
  std::size_t n = 0;
  const seed_value* first = nullptr;
  for (const seed_value& v : c.seeds) {
    if (v.what != verdict::inconclusive) continue;
    ++n;
    if (first == nullptr) first = &v;
  }
  if (first == nullptr) return {};
  return n == c.seeds.size() ? first->note : fmt::format("in {} of {} seeds: {}", n, c.seeds.size(), first->note);
}

void judge_every(check& c) {
  const auto any = [&](verdict v) {
    return std::any_of(c.seeds.begin(), c.seeds.end(), [v](const seed_value& s) { return s.what == v; });
  };
  if (any(verdict::fail)) {
    c.what = verdict::fail;
  } else if (any(verdict::inconclusive)) {
    c.reason = shared_reason(c);
  } else {
    c.what = verdict::pass;
  }
}

struct pairs {
  std::vector<double> left, right, ratio;
};
pairs conclusive(const check& c) {
  pairs p;
  for (const seed_value& v : c.seeds) {
    if (v.what == verdict::inconclusive || !v.measured || !v.limit) continue;
    p.left.push_back(*v.measured);
    p.right.push_back(*v.limit);
    p.ratio.push_back(paired_ratio(*v.measured, *v.limit));
  }
  return p;
}

void judge_median(check& c, scenarios::comparison compare) {
  const pairs p = conclusive(c);
  if (p.left.size() < c.seeds.size()) {
    c.reason = shared_reason(c);
    return;
  }
  c.what = holds(compare, median_of(p.left), median_of(p.right)) ? verdict::pass : verdict::fail;
}

void judge_interval(check& c, scenarios::comparison compare) {
  const pairs p = conclusive(c);
  c.ratio = sign_interval(p.ratio);
  if (!c.ratio) {
    const std::string why = shared_reason(c);
    c.reason = fmt::format("{}, a 95 % interval wants 6{}", plural(p.ratio.size(), "seed", "seeds"),
                           why.empty() ? "" : "; " + why);
    return;
  }
  // The far end of the interval on the right side: it holds. The near end on the wrong side: it does not.
  const bool upper = compare == scenarios::comparison::le || compare == scenarios::comparison::lt;
  const double far = upper ? c.ratio->high : c.ratio->low, near = upper ? c.ratio->low : c.ratio->high;
  if (holds(compare, far, 1)) {
    c.what = verdict::pass;
  } else if (!holds(compare, near, 1)) {
    c.what = verdict::fail;
  } else {
    c.reason = fmt::format("measured / limit is {} ... {} (95 %), which contains 1", digits(c.ratio->low),
                           digits(c.ratio->high));
  }
}

void summarise(check& c) {
  std::vector<double> all, limits;
  for (const seed_value& v : c.seeds) {
    if (v.measured) all.push_back(*v.measured);
    if (v.limit) limits.push_back(*v.limit);
    c.holds_in += v.what == verdict::pass;
  }
  if (!all.empty()) {
    c.median = median_of(all);
    c.min = *std::min_element(all.begin(), all.end());
    c.max = *std::max_element(all.begin(), all.end());
  }
  if (!limits.empty()) {
    c.limit_min = *std::min_element(limits.begin(), limits.end());
    c.limit_max = *std::max_element(limits.begin(), limits.end());
  }
}

run_summary summary_of(const record::result& r) {
  run_summary x{.variant = r.variant, .seed = r.seed, .digest = r.digest, .world_events = r.world_events};
  const spans measured = window_spans(r, "measured").value;
  std::array<std::uint64_t, cause_count> causes{};
  for_each_bucket(r, measured, [&](const record::bucket& b) {
    x.requests += b.requests;
    x.ok += b.ok;
    for (const record::status_count& c : b.statuses) x.status_5xx += c.status >= 500 ? c.count : 0;
    for (const record::failure_count& f : b.failures) causes[static_cast<std::size_t>(f.why)] += f.count;
  });
  for (std::size_t i = 0; i < cause_count; ++i) {
    if (causes[i] != 0) x.causes.emplace_back(name_of(static_cast<cause>(i)), causes[i]);
  }
  x.p50 = measure(r, "latency.p50", {}, scenarios::reading::natural, measured).value;
  x.p99 = measure(r, "latency.p99", {}, scenarios::reading::natural, measured).value;
  return x;
}

void add_problems(const record::result& r, std::vector<std::string>& problems) {
  const auto say = [&](std::string_view text) {
    problems.push_back(fmt::format("{} seed {}: {}", r.variant, r.seed, text));
  };
  for (const std::string& v : r.invariant_violations) say("the record contradicts itself: " + v);
  if (r.truth_changes_dropped != 0) say("too many changes of truth were recorded; shares by time in service are wrong");
  if (r.cuts_dropped != 0) say("too many windows; some begin or end within a bucket");
}

/// Results of different things do not compare: say so first.
void add_differences(std::span<const record::result* const> results, std::vector<std::string>& problems) {
  for (const record::result* r : results) {
    const record::result& first = *results.front();
    std::string_view what;
    if (r->scenario != first.scenario) what = "scenarios";
    if (r->params != first.params) what = "parameters";
    if (r->engine != first.engine) what = "engines";
    if (r->tool_version != first.tool_version) what = "versions of meshgauge";
    if (what.empty()) continue;
    problems.push_back(fmt::format("results of different {} stand side by side ({} seed {}, {} seed {})", what,
                                   first.variant, first.seed, r->variant, r->seed));
    return;
  }
}

}  // namespace

check judge_one(const scenarios::scenario& s, std::size_t expectation, std::string_view variant,
                std::span<const record::result* const> results) {
  const scenarios::expectation& e = s.expect.at(expectation);
  check c;
  c.number = static_cast<unsigned>(expectation + 1);
  c.variant = variant;
  c.text = e.text;
  c.name = e.name;
  c.because = e.because;
  c.where = e.where;
  c.severity = e.severity;
  const bool equality = e.compare == scenarios::comparison::eq || e.compare == scenarios::comparison::ne;
  c.rule = e.judge != judge_rule::automatic   ? e.judge
           : e.compares_variants && !equality ? judge_rule::ci
                                              : judge_rule::every;
  if (c.rule == judge_rule::ci && equality) c.rule = judge_rule::every;  // a ratio has no side to be on

  std::vector<const record::result*> own;
  for (const record::result* r : results) {
    if (r->variant == variant) own.push_back(r);
  }
  std::sort(own.begin(), own.end(), [](auto* a, auto* b) { return a->seed < b->seed; });
  if (own.empty()) {
    c.reason = fmt::format("{} was not run", variant);
    return c;
  }
  const record::result* shown = nullptr;  // the first failing seed explains
  spans broken;
  for (const record::result* r : own) {
    const auto on_this_seed = [&](std::string_view name) { return name == variant ? r : find(results, name, r->seed); };
    seed_outcome o = judge_seed(s, e, variant, *r, on_this_seed);
    if (o.value.measured) c.unit = o.unit;
    c.in_slices = c.in_slices || o.in_slices;
    if (o.value.what == verdict::fail && shown == nullptr) {
      shown = r;
      broken = o.broken;
      c.first_failing_seed = r->seed;
    }
    c.seeds.push_back(std::move(o.value));
  }
  if (c.rule == judge_rule::ci) {
    judge_interval(c, e.compare);
  } else if (c.rule == judge_rule::median) {
    judge_median(c, e.compare);
  } else {
    judge_every(c);
  }
  summarise(c);
  if (c.what == verdict::fail && shown != nullptr) {
    const auto value = std::find_if(c.seeds.begin(), c.seeds.end(), [&](auto& v) { return v.seed == shown->seed; });
    auto [when, why] = explain(s, e, *shown, broken, value->limit.value_or(0));
    c.when = std::move(when);
    c.why = std::move(why);
  }
  return c;
}

judged judge(const scenarios::scenario& s, std::span<const record::result* const> results, const options& o) {
  judged j;
  j.tool_version = MESHGAUGE_VERSION;
  j.scenario = s.name;
  j.about = s.about;
  j.file = s.file;
  j.file_engine = s.run.engine;
  j.params = s.params;
  j.overrides = o.overrides;
  j.seconds = to_seconds(s.end() - instant{});
  std::set<std::uint64_t> seeds;
  for (const record::result* r : results) seeds.insert(r->seed);
  j.seeds.assign(seeds.begin(), seeds.end());
  if (!results.empty()) j.engine = results.front()->engine;
  add_differences(results, j.problems);
  for (const scenarios::variant& v : s.variants) {
    bool any = false;
    for (const std::uint64_t seed : j.seeds) {
      const auto r = std::find_if(results.begin(), results.end(),
                                  [&](auto* x) { return x->variant == v.name && x->seed == seed; });
      if (r == results.end()) continue;
      any = true;
      j.runs.push_back(summary_of(**r));
      add_problems(**r, j.problems);
    }
    if (any) j.variants.push_back(v.name);
  }
  for (std::size_t i = 0; i < s.expect.size(); ++i) {
    if (o.only && *o.only != i + 1) continue;
    for (const unsigned v : s.expect[i].variants) {
      const std::string& name = s.variants.at(v).name;
      if (std::find(j.variants.begin(), j.variants.end(), name) == j.variants.end()) continue;
      j.checks.push_back(judge_one(s, i, name, results));
    }
  }
  if (o.compare && j.variants.size() > 1) j.compared = compare(j.variants, results, o.compare_windows);
  return j;
}

}  // namespace meshgauge::judge
