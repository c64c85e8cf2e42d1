#include "harness/judge/explain.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "harness/judge/bursts.hpp"
#include "harness/judge/metrics.hpp"
#include "harness/judge/numbers.hpp"

namespace meshgauge::judge {
namespace {

const scenarios::selector* first_selector(const scenarios::expectation& e) {
  for (const auto* side : {&e.left, &e.right}) {
    for (const scenarios::term& t : *side) {
      if (t.op == scenarios::term::kind::selector) return &t.selector;
    }
  }
  return nullptr;
}

/// Whether one bucket by itself breaks a limit on `metric`, or adds to what breaks it.
bool breaks(const record::result& r, std::string_view metric, const record::bucket& b, double limit) {
  const auto [root, part] = root_and_part(metric);
  const auto over = [&](const std::optional<double>& v) { return v && *v > limit; };
  if (root == "latency" || root == "response" || root == "staleness" ||
      (root == "view" && !part.starts_with("known"))) {
    return over(measure(r, metric, {}, scenarios::reading::natural, {{b.start, b.end}}).value);
  }
  if (root == "view") {
    const auto v = measure(r, metric, {}, scenarios::reading::natural, {{b.start, b.end}}).value;
    return v && *v < limit;
  }
  if (root == "version") {
    return std::any_of(b.instances.begin(), b.instances.end(), [&, wanted = part](const record::instance_count& c) {
      return r.incarnations[c.instance].version != wanted;
    });
  }
  if (root == "routed_to") {
    const auto v = measure(r, metric, {}, scenarios::reading::count, {{b.start, b.end}}).value;
    return v && *v > 0;
  }
  return std::any_of(b.failures.begin(), b.failures.end(),
                     [&](const record::failure_count& f) { return counts_failure(metric, f).value_or(false); });
}

std::string_view truth_words(truth t) {
  switch (t) {
    case truth::starting:
      return "instance not ready yet";
    case truth::serving:
      return "instance serving";
    case truth::draining:
      return "instance draining and still in the view";
    case truth::stopped:
      return "instance stopped and still in the view";
    default:
      return "no instance chosen";
  }
}

std::string why_failed(const record::result& r, const spans& where, std::string_view metric) {
  std::vector<record::failure_count> groups;
  std::uint64_t total = 0;
  for_each_bucket(r, where, [&](const record::bucket& b) {
    for (const record::failure_count& f : b.failures) {
      if (!counts_failure(metric, f).value_or(false)) continue;
      total += f.count;
      auto it = std::find_if(groups.begin(), groups.end(), [&](const record::failure_count& g) {
        return g.why == f.why && g.then == f.then && g.status == f.status;
      });
      if (it == groups.end()) {
        groups.push_back(f);
      } else {
        it->count += f.count;
        it->attempts += f.attempts;
        it->view_age_min = std::min(it->view_age_min, f.view_age_min);
        it->view_age_max = std::max(it->view_age_max, f.view_age_max);
      }
    }
  });
  std::sort(groups.begin(), groups.end(), [](const record::failure_count& a, const record::failure_count& b) {
    return std::tie(b.count, a.why, a.then, a.status) < std::tie(a.count, b.why, b.then, b.status);
  });
  std::string text;
  for (std::size_t i = 0; i < groups.size() && i < 3; ++i) {
    const record::failure_count& g = groups[i];
    std::string cause(name_of(g.why));
    std::replace(cause.begin(), cause.end(), '-', ' ');
    if (g.why == cause::upstream_5xx) cause = fmt::format("the instance answered {}", g.status);
    text += fmt::format("{}{} of {}: {}", text.empty() ? "" : "\n", g.count, total, cause);
    if (g.attempts >= 2ULL * g.count)
      text += fmt::format(" after {} attempts each", digits(static_cast<double>(g.attempts) / g.count));
    text += fmt::format("; {}", truth_words(g.then));
    const bool stale = g.then == truth::draining || g.then == truth::stopped || g.then == truth::unknown;
    if (stale && g.view_age_min <= g.view_age_max && g.view_age_max > duration::zero()) {
      text += fmt::format(", view {} behind",
                          range_text(to_seconds(g.view_age_min), to_seconds(g.view_age_max), unit::time));
    }
  }
  if (groups.size() > 3) text += fmt::format("\nand {} more kinds", groups.size() - 3);
  return text;
}

std::string why_uneven(const record::result& r, const spans& where, const scenarios::selector& s) {
  const share_due* worst = nullptr;
  std::vector<share_due> all;
  const bool low = s.metric == "share.min_over_mean";
  for (std::uint32_t f = 0; f < r.fleets.size(); ++f) {
    if (s.on && s.on->kind == scenarios::target_kind::fleet && s.on->group != f) continue;
    for (const share_due& x : shares_of(r, f, where)) all.push_back(x);
  }
  for (const share_due& x : all) {
    if (worst == nullptr || (low ? x.over_mean() < worst->over_mean() : x.over_mean() > worst->over_mean())) worst = &x;
  }
  if (worst == nullptr) return {};
  const record::incarnation& i = r.incarnations[worst->instance];
  return fmt::format("{} got {} of the attempts, {} was due to it by weight and time in service", i.name,
                     text_of(worst->got, unit::share), text_of(worst->due, unit::share));
}

std::string why_other_version(const record::result& r, const spans& where, std::string_view version) {
  std::uint64_t all = 0, others = 0;
  std::vector<std::string> names;
  for_each_bucket(r, where, [&](const record::bucket& b) {
    for (const record::instance_count& c : b.instances) {
      all += c.attempts;
      const record::incarnation& i = r.incarnations[c.instance];
      if (i.version == version) continue;
      others += c.attempts;
      const std::string name = fmt::format("{} ({})", i.name, i.version.empty() ? "no version" : i.version);
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  });
  if (others == 0) return {};
  std::sort(names.begin(), names.end());
  if (names.size() > 4) names = {plural(names.size(), "instance", "instances") + " of other versions"};
  return fmt::format("{} of {} attempts went to {}", others, all, join_and(names));
}

std::string why_stale(const record::result& r, const spans& where) {
  const auto value = [&](std::string_view metric) {
    return measure(r, metric, {}, scenarios::reading::natural, where).value;
  };
  const auto half = value("staleness.p50"), most = value("staleness.max");
  if (!half || !most) return {};
  return fmt::format("views followed the truth after {} (half of them), {} (the last)", text_of(*half, unit::time),
                     text_of(*most, unit::time));
}

}  // namespace

explanation explain(const scenarios::scenario& s, const scenarios::expectation& e, const record::result& r,
                    const spans& broken, double limit) {
  explanation out;
  const scenarios::selector* selector = first_selector(e);
  if (selector == nullptr) return out;
  const auto [root, part] = root_and_part(selector->metric);
  const bool wants_few = e.compare == scenarios::comparison::le || e.compare == scenarios::comparison::lt ||
                         e.compare == scenarios::comparison::eq;
  const bool good_thing = root == "available" || selector->metric == "outcome.ok" || selector->metric == "status.2xx" ||
                          selector->metric == "status.200" || root == "version";
  const bool known = root == "view" && part.starts_with("known");
  // What counts against a good thing is every failure.
  const std::string_view metric = good_thing && root != "version" ? "available" : std::string_view(selector->metric);
  // Too little of a bad thing has no bursts; too little of a good one does.
  if (good_thing || known ? !wants_few || e.compare == scenarios::comparison::eq : wants_few) {
    const auto bursts = bursts_of(r, broken, [&](const record::bucket& b) { return breaks(r, metric, b, limit); });
    out.when = bursts_text(bursts, marks_of(s, r));
    if (!out.when.empty()) out.when = fmt::format("seed {}: {}", r.seed, out.when);
    out.why = why_failed(r, broken, metric);
  }
  if (root == "version") out.why = why_other_version(r, broken, part);
  if (root == "share" && !part.empty()) out.why = why_uneven(r, broken, *selector);
  if (root == "view" || root == "staleness") out.why = why_stale(r, broken);
  return out;
}

}  // namespace meshgauge::judge
