#include "harness/judge/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace meshgauge::judge {
namespace {

using record::bucket;
using record::result;

double seconds_of(const spans& where) {
  double s = 0;
  for (const span& x : where) s += to_seconds(x.end - x.start);
  return s;
}

/// "p99.9" -> 0.999.
std::optional<double> percentile_of(std::string_view part) {
  if (part.size() < 2 || part[0] != 'p') return std::nullopt;
  double p = 0;
  const auto [end, error] = std::from_chars(part.data() + 1, part.data() + part.size(), p);
  if (error != std::errc{} || end != part.data() + part.size() || p <= 0 || p >= 100) return std::nullopt;
  return p / 100;
}

std::optional<truth> truth_named(std::string_view name) {
  for (std::size_t i = 0; i < truth_count; ++i) {
    if (name_of(static_cast<truth>(i)) == name) return static_cast<truth>(i);
  }
  return std::nullopt;
}

std::optional<outcome> outcome_named(std::string_view name) {
  for (std::size_t i = 0; i < outcome_count; ++i) {
    if (name_of(static_cast<outcome>(i)) == name) return static_cast<outcome>(i);
  }
  return std::nullopt;
}

/// "503" or "5xx" as a range of statuses; "none" is 0.
std::optional<std::pair<unsigned, unsigned>> statuses_named(std::string_view part) {
  if (part == "none") return std::pair{0U, 0U};
  if (part.size() != 3 || part[0] < '1' || part[0] > '9') return std::nullopt;
  const unsigned hundred = static_cast<unsigned>(part[0] - '0') * 100;
  if (part.substr(1) == "xx") return std::pair{hundred, hundred + 99};
  unsigned status = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + 3, status);
  if (error != std::errc{} || end != part.data() + 3) return std::nullopt;
  return std::pair{status, status};
}

record::histogram merged(const result& r, const spans& where, record::histogram bucket::*which) {
  std::vector<std::uint32_t> counts(record::histogram_cells);
  record::histogram all;
  for_each_bucket(r, where, [&](const bucket& b) {
    const record::histogram& h = b.*which;
    if (h.empty()) return;
    for (const auto& c : h.cells) counts[c.at] += c.count;
    all.min = all.empty() ? h.min : std::min(all.min, h.min);
    all.max = all.empty() ? h.max : std::max(all.max, h.max);
    all.sum += h.sum;
    all.count += h.count;
  });
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] != 0) all.cells.push_back({static_cast<std::uint16_t>(i), counts[i]});
  }
  return all;
}

measured nothing(std::string reason, bool skip = true) {
  return {{}, unit::count, std::move(reason), skip, false};
}
measured not_recorded(std::string_view metric) {
  return nothing(fmt::format("{} is not recorded", metric), false);
}

measured of_histogram(const record::histogram& h, std::string_view part, bool sampled, std::string_view what) {
  if (h.empty()) return nothing(fmt::format("no {} in the window", what));
  const auto time = [&](duration d) { return measured{to_seconds(d), unit::time, {}, false, false}; };
  if (part == "mean" || part.empty()) return time(h.mean());
  if (part == "max") return time(h.max);
  if (part == "min") return time(h.min);
  const auto p = percentile_of(part);
  if (!p) return not_recorded(part);
  measured m = time(h.quantile(*p));
  if (sampled && h.count < samples_wanted(*p)) {
    m.thin = true;
    m.reason = fmt::format("{} wants {} samples, there are {}", part, samples_wanted(*p), h.count);
  }
  return m;
}

/// A counted metric in the reading that the other side asks for.
measured counted(std::uint64_t n, std::uint64_t out_of, scenarios::reading read, const spans& where) {
  const auto count = static_cast<double>(n);
  if (read == scenarios::reading::share) {
    if (out_of == 0) return nothing("no request in the window");
    return {count / static_cast<double>(out_of), unit::share, {}, false, false};
  }
  if (read == scenarios::reading::rate) return {count / seconds_of(where), unit::rate, {}, false, false};
  return {count, unit::count, {}, false, false};
}

bool matches(const record::incarnation& i, const std::optional<scenarios::target>& on) {
  if (!on || on->kind != scenarios::target_kind::fleet) return true;
  return i.fleet == on->group && (on->all || (i.number >= on->first && i.number <= on->last));
}

measured view_metric(const result& r, std::string_view part, const spans& where) {
  const auto dot = part.find('.');
  const std::string_view which = part.substr(0, dot);
  const std::string_view how = dot == std::string_view::npos ? "worst" : part.substr(dot + 1);
  record::gauge record::view_gauges::*member = nullptr;
  if (which == "known") member = &record::view_gauges::known;
  if (which == "wrong") member = &record::view_gauges::wrong;
  if (which == "missing") member = &record::view_gauges::missing;
  if (which == "dead") member = &record::view_gauges::dead;
  if (member == nullptr || (how != "worst" && how != "mean")) return not_recorded(fmt::format("view.{}", part));
  std::optional<std::uint32_t> worst;
  double integral = 0, time = 0;
  for_each_bucket(r, where, [&](const bucket& b) {
    if (b.views.viewer_time == 0) return;
    const record::gauge& g = b.views.*member;
    if (!worst) {
      worst = g.worst;
    } else {
      worst = which == "known" ? std::min(*worst, g.worst) : std::max(*worst, g.worst);
    }
    integral += static_cast<double>(g.integral);
    time += static_cast<double>(b.views.viewer_time);
  });
  if (!worst) return nothing("nobody had a view yet");
  return {how == "mean" ? integral / time : static_cast<double>(*worst), unit::count, {}, false, false};
}

measured spread_metric(const result& r, std::string_view part, const std::optional<scenarios::target>& on,
                       const spans& where) {
  std::optional<double> worst;
  for (std::uint32_t f = 0; f < r.fleets.size(); ++f) {
    if (on && on->kind == scenarios::target_kind::fleet && on->group != f) continue;
    const auto all = shares_of(r, f, where);
    std::uint64_t attempts = 0;
    for (const share_due& s : all) attempts += s.attempts;
    if (all.empty() || attempts == 0) continue;
    std::vector<double> x;
    double sum = 0, squares = 0;
    for (const share_due& s : all) x.push_back(s.over_mean());
    std::sort(x.begin(), x.end());
    const auto n = static_cast<double>(x.size());
    double ranked = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      sum += x[i];
      squares += x[i] * x[i];
      ranked += static_cast<double>(i + 1) * x[i];
    }
    const double mean = sum / n;
    double v = 0;
    if (part == "max_over_mean") v = x.back();
    if (part == "min_over_mean") v = x.front();
    if (part == "cv") v = std::sqrt(std::max(0.0, squares / n - mean * mean)) / mean;
    if (part == "gini") v = 2 * ranked / (n * sum) - (n + 1) / n;
    worst = !worst ? v : part == "min_over_mean" ? std::min(*worst, v) : std::max(*worst, v);
  }
  if (!worst) return nothing("no attempt in the window");
  return {*worst, unit::factor, {}, false, false};
}

measured attempts_metric(const result& r, std::string_view root, std::string_view part,
                         const std::optional<scenarios::target>& on, scenarios::reading read, const spans& where) {
  std::uint64_t mine = 0, all = 0, requests = 0;
  for_each_bucket(r, where, [&](const bucket& b) {
    requests += b.requests;
    for (const record::instance_count& c : b.instances) {
      const record::incarnation& i = r.incarnations[c.instance];
      // A share is one of its own fleet: what other fleets serve is no part of it.
      if (!on || on->kind != scenarios::target_kind::fleet || i.fleet == on->group) all += c.attempts;
      if (!matches(i, on) || (root == "version" && i.version != part)) continue;
      mine += c.attempts;
    }
  });
  if (root == "attempts") return counted(mine, requests, read, where);
  if (all == 0) return nothing("no attempt in the window");
  if (root == "version" && read != scenarios::reading::natural) return counted(mine, all, read, where);
  return {static_cast<double>(mine) / static_cast<double>(all), unit::share, {}, false, false};
}

bool is_spread(std::string_view part) {
  return part == "max_over_mean" || part == "min_over_mean" || part == "cv" || part == "gini";
}

}  // namespace

std::pair<std::string_view, std::string_view> root_and_part(std::string_view metric) {
  const auto dot = metric.find('.');
  if (dot == std::string_view::npos) return {metric, {}};
  return {metric.substr(0, dot), metric.substr(dot + 1)};
}

std::uint64_t samples_wanted(double p) {
  return static_cast<std::uint64_t>(std::ceil(5 / (1 - p) - 1e-6));
}

std::optional<bool> counts_failure(std::string_view metric, const record::failure_count& f) {
  const auto [root, part] = root_and_part(metric);
  if (root == "available") return true;
  if (root == "status") {
    const auto range = statuses_named(part);
    if (!range || range->first < 400) {
      return range && range->first == 0 ? std::optional(f.status == 0) : std::nullopt;
    }
    return f.status >= range->first && f.status <= range->second;
  }
  if (root == "cause") return name_of(f.why) == part;
  if (root == "outcome") {
    const auto o = outcome_named(part);
    if (!o) return std::nullopt;
    return *o == outcome::ok ? true : outcome_of(f.why) == *o;
  }
  return std::nullopt;
}

std::vector<share_due> shares_of(const result& r, std::uint32_t fleet, const spans& where) {
  std::vector<duration> served(r.incarnations.size());
  std::vector<std::optional<instant>> since(r.incarnations.size());
  const auto add = [&](std::uint32_t i, instant from, instant to) {
    for (const span& s : where) {
      if (const duration d = std::min(to, s.end) - std::max(from, s.start); d > duration::zero()) served[i] += d;
    }
  };
  for (const record::truth_change& c : r.truth_changes) {
    if (since[c.instance]) add(c.instance, *since[c.instance], c.at);
    since[c.instance] = c.now == truth::serving ? std::optional(c.at) : std::nullopt;
  }
  duration whole{};
  for (const span& s : where) whole += s.end - s.start;
  std::vector<std::uint64_t> attempts(r.incarnations.size());
  for_each_bucket(r, where, [&](const bucket& b) {
    for (const record::instance_count& c : b.instances) attempts[c.instance] += c.attempts;
  });
  std::vector<share_due> all;
  double total = 0, due = 0;
  for (std::uint32_t i = 0; i < r.incarnations.size(); ++i) {
    if (r.incarnations[i].fleet != fleet) continue;
    if (since[i]) add(i, *since[i], r.windows.front().end);
    if (served[i] * 10 < whole || served[i] == duration::zero()) continue;
    const double weight = r.incarnations[i].weight * to_seconds(served[i]);
    all.push_back({i, attempts[i], static_cast<double>(attempts[i]), weight});
    total += all.back().got;
    due += weight;
  }
  for (share_due& s : all) {
    s.got = total > 0 ? s.got / total : 0;
    s.due = due > 0 ? s.due / due : 0;
  }
  return all;
}

bool is_recorded(std::string_view metric) {
  const auto [root, part] = root_and_part(metric);
  if (root == "requests" || root == "throughput" || root == "available" || root == "attempts" || root == "retries") {
    return part.empty();
  }
  if (root == "status") return statuses_named(part).has_value();
  if (root == "outcome") return outcome_named(part).has_value();
  if (root == "cause") return cause_named(part).has_value();
  if (root == "routed_to") return truth_named(part).has_value();
  if (root == "version") return !part.empty();
  if (root == "share") return part.empty() || is_spread(part);
  if (root == "view") {
    for (const std::string_view v : {"known", "wrong", "missing", "dead"}) {
      if (part.starts_with(v)) return part.size() == v.size() || part.substr(v.size()) == ".mean";
    }
    return false;
  }
  const bool quantile = part == "mean" || part == "max" || part == "min" || percentile_of(part);
  if (root == "latency" || root == "response" || root == "staleness") return quantile;
  return root == "generator" && part.starts_with("late.") &&
         (part == "late.max" || part == "late.mean" || percentile_of(part.substr(5)));
}

measured measure(const result& r, std::string_view metric, const std::optional<scenarios::target>& on,
                 scenarios::reading read, const spans& where) {
  if (!is_recorded(metric)) return not_recorded(metric);
  const auto [root, part] = root_and_part(metric);
  if (on && root != "share" && root != "attempts" && root != "version") {
    return nothing(fmt::format("{} is not recorded by instance", metric), false);
  }
  if (root == "latency") return of_histogram(merged(r, where, &bucket::latency), part, true, "request");
  if (root == "response") return of_histogram(merged(r, where, &bucket::response), part, true, "request that was sent");
  if (root == "staleness") return of_histogram(merged(r, where, &bucket::staleness), part, false, "change of truth");
  if (root == "generator") {
    if (r.generator_late.empty()) return {0.0, unit::time, {}, false, false};  // the simulated one is never late
    return of_histogram(r.generator_late, part.substr(5), false, "request");
  }
  if (root == "view") return view_metric(r, part, where);
  if (root == "share" && is_spread(part)) return spread_metric(r, part, on, where);
  if (root == "share" || root == "attempts" || root == "version") {
    return attempts_metric(r, root, part, on, read, where);
  }

  std::uint64_t requests = 0, ok = 0, attempts = 0, n = 0;
  // Answered is what has a status.
  const auto statuses = statuses_named(root == "throughput" ? "none" : root == "status" ? part : std::string_view());
  const auto what = root == "outcome" ? outcome_named(part) : std::nullopt;
  const auto why = root == "cause" ? cause_named(part) : std::nullopt;
  const auto then = root == "routed_to" ? truth_named(part) : std::nullopt;
  const bool retries = root == "retries";
  for_each_bucket(r, where, [&](const bucket& b) {
    requests += b.requests;
    ok += b.ok;
    attempts += b.attempts;
    if (retries) n += b.retries;
    if (then) n += b.routed_to[static_cast<std::size_t>(*then)];
    if (what == outcome::ok || why == cause::none) n += b.ok;
    if (statuses) {
      for (const record::status_count& c : b.statuses) {
        if (c.status >= statuses->first && c.status <= statuses->second) n += c.count;
      }
    }
    if (what || why) {
      for (const record::failure_count& f : b.failures) {
        if ((what && outcome_of(f.why) == *what) || (why && f.why == *why)) n += f.count;
      }
    }
  });
  if (root == "requests") return counted(requests, requests, read, where);
  if (root == "throughput")
    return {static_cast<double>(requests - n) / seconds_of(where), unit::rate, {}, false, false};
  if (requests == 0) return nothing("no request in the window");
  if (root == "available") return counted(ok, requests, scenarios::reading::share, where);
  return counted(n, root == "routed_to" ? attempts : requests, read, where);
}

}  // namespace meshgauge::judge
