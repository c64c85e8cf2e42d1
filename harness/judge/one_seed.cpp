#include "harness/judge/one_seed.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "harness/judge/idle_fault.hpp"
#include "harness/judge/numbers.hpp"

namespace meshgauge::judge {
namespace {

/// How far `left` lies on the wrong side; orders slices by how bad they are.
double excess(scenarios::comparison c, double left, double right) {
  switch (c) {
    case scenarios::comparison::le:
    case scenarios::comparison::lt:
      return left - right;
    case scenarios::comparison::ge:
    case scenarios::comparison::gt:
      return right - left;
    case scenarios::comparison::eq:
      return std::abs(left - right);
    default:
      return left == right ? 1 : -std::abs(left - right);
  }
}

/// A shorter slice can only make these easier to hold, never harder: judging it is fair.
bool fair_when_short(scenarios::comparison c) {
  return c == scenarios::comparison::le || c == scenarios::comparison::lt || c == scenarios::comparison::eq;
}

bool asks_how_many(const scenarios::expression& e) {
  return std::any_of(e.begin(), e.end(), [](const scenarios::term& t) {
    const auto root = root_and_part(t.selector.metric).first;
    return root == "requests" || root == "throughput";
  });
}

/// The highest percentile named in `e`, 0 when there is none.
double percentile_in(const scenarios::expression& e) {
  double highest = 0;
  for (const scenarios::term& t : e) {
    const auto part = root_and_part(t.selector.metric).second;
    double p = 0;
    if (part.starts_with('p') && std::from_chars(part.data() + 1, part.data() + part.size(), p).ec == std::errc{}) {
      highest = std::max(highest, p);
    }
  }
  return highest;
}

/// Times measured by a generator that was itself late say nothing. What counts is how late it was at the percentile in
/// question: a median does not care for one late request in a hundred.
std::string late_generator(const record::result& r, const scenarios::expectation& e, double limit) {
  if (r.generator_late.empty() || limit <= 0) return {};
  if (!is_percentile_of_time(e.left) && !is_percentile_of_time(e.right)) return {};
  const double percentile = std::max(percentile_in(e.left), percentile_in(e.right));
  const double late = to_seconds(r.generator_late.quantile(percentile / 100));
  if (late <= 0.05 * limit) return {};
  return fmt::format("the generator was {} late (p{:g}), more than 5 % of the limit", text_of(late, unit::time),
                     percentile);
}

}  // namespace

bool holds(scenarios::comparison c, double left, double right) {
  switch (c) {
    case scenarios::comparison::eq:
      return left == right;
    case scenarios::comparison::ne:
      return left != right;
    case scenarios::comparison::lt:
      return left < right;
    case scenarios::comparison::le:
      return left <= right;
    case scenarios::comparison::gt:
      return left > right;
    default:
      return left >= right;
  }
}

seed_outcome judge_seed(const scenarios::scenario& s, const scenarios::expectation& e, std::string_view variant,
                        const record::result& own, const result_of& results) {
  seed_outcome out;
  out.value.seed = own.seed;
  const scoped scope = resolve(own, e.scope);
  if (!scope.reason.empty()) {
    out.value.note = scope.reason;
    return out;
  }
  out.in_slices = scope.slices.size() > 1;
  // `requests >= 100` asks whether there were any; everything else needs one to mean something.
  const bool counts_requests = asks_how_many(e.left) || asks_how_many(e.right);
  const bool swapped = !has_selector(e.left);
  double worst = 0;
  bool unsure = false;
  std::string empty;
  for (std::size_t k = 0; k < scope.slices.size(); ++k) {
    const bool last = k + 1 == scope.slices.size();
    if (last && scope.last_is_short && k > 0 && !fair_when_short(e.compare)) break;
    const auto where = [&](const record::result& r) -> spans_or_reason {
      if (&r == &own) return {scope.slices[k], {}};
      scoped other = resolve(r, e.scope);
      if (!other.reason.empty()) return {{}, other.reason};
      if (k >= other.slices.size()) return {{}, fmt::format("{} has no such slice", r.variant)};
      return {std::move(other.slices[k]), {}};
    };
    const measured left = evaluate(e.left, variant, results, where);
    const measured right = left.value ? evaluate(e.right, variant, results, where) : measured{};
    const measured& missing = left.value ? right : left;
    if (!left.value || !right.value) {
      if (missing.nothing_there && !counts_requests) {
        if (empty.empty()) empty = missing.reason;
      } else {
        unsure = true;
        out.value.note = missing.reason;
      }
      continue;
    }
    out.unit = swapped ? right.unit : left.unit;
    std::string doubt = left.thin ? left.reason : right.thin ? right.reason : std::string();
    if (doubt.empty()) doubt = late_generator(own, e, swapped ? *left.value : *right.value);
    if (!doubt.empty()) {
      unsure = true;
      out.value.note = doubt;
    }
    const double by = excess(e.compare, *left.value, *right.value);
    if (doubt.empty() && !holds(e.compare, *left.value, *right.value)) {
      out.value.what = verdict::fail;
      out.broken.insert(out.broken.end(), scope.slices[k].begin(), scope.slices[k].end());
    }
    if (!out.value.measured || by > worst) {
      worst = by;
      out.value.measured = swapped ? right.value : left.value;
      out.value.limit = swapped ? left.value : right.value;
    }
  }
  if (out.value.what == verdict::fail) {
    out.value.note.clear();
    return out;
  }
  if (unsure) return out;
  if (!out.value.measured) {
    out.value.note = empty;
    return out;
  }
  spans all;
  for (const spans& x : scope.slices) all.insert(all.end(), x.begin(), x.end());
  out.value.note = idle_fault(s, own, all);
  if (out.value.note.empty()) out.value.what = verdict::pass;
  return out;
}

}  // namespace meshgauge::judge
