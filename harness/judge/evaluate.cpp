#include "harness/judge/evaluate.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "router/core/assert.hpp"

namespace meshgauge::judge {
namespace {

using kind = scenarios::term::kind;

/// The unit of a sum or product as it should be shown: a pure number takes the other's.
unit combined(kind op, unit a, unit b) {
  if (op == kind::divide && a == b) return unit::factor;
  const auto is_pure = [](unit u) { return u == unit::count || u == unit::factor; };
  return is_pure(a) ? b : a;
}

measured apply(kind op, const measured& a, const measured& b) {
  measured v;
  v.unit = combined(op, a.unit, b.unit);
  v.thin = a.thin || b.thin;
  v.reason = a.thin ? a.reason : b.reason;
  switch (op) {
    case kind::add:
      v.value = *a.value + *b.value;
      break;
    case kind::subtract:
      v.value = *a.value - *b.value;
      break;
    case kind::multiply:
      v.value = *a.value * *b.value;
      break;
    default:
      if (*b.value == 0) {
        v.reason = *a.value == 0 ? "none divided by none" : "divided by none";
        v.nothing_there = true;
      } else {
        v.value = *a.value / *b.value;
      }
  }
  return v;
}

measured select(const scenarios::term& t, std::string_view variant, const result_of& results,
                const std::function<spans_or_reason(const record::result&)>& where) {
  const scenarios::selector& s = t.selector;
  const bool mine = s.variant.empty() || pattern_matches(s.variant, variant);
  const std::string_view name = mine ? variant : std::string_view(s.variant);
  const record::result* r = results(name);
  if (r == nullptr) return {{}, unit::count, fmt::format("{} was not run on this seed", name), false, false};
  const spans_or_reason spans = s.window.empty() ? where(*r) : window_spans(*r, s.window);
  if (!spans.reason.empty()) return {{}, unit::count, spans.reason, false, false};
  return measure(*r, s.metric, s.on, t.read, spans.value);
}

}  // namespace

bool pattern_matches(std::string_view pattern, std::string_view name) {
  while (true) {
    const auto p = pattern.find('/'), n = name.find('/');
    const std::string_view part = pattern.substr(0, p);
    if (part != "*" && part != name.substr(0, n)) return false;
    if (p == std::string_view::npos || n == std::string_view::npos) return p == n;
    pattern.remove_prefix(p + 1);
    name.remove_prefix(n + 1);
  }
}

bool has_selector(const scenarios::expression& e) {
  return std::any_of(e.begin(), e.end(), [](const scenarios::term& t) { return t.op == kind::selector; });
}

bool is_percentile_of_time(const scenarios::expression& e) {
  return std::any_of(e.begin(), e.end(), [](const scenarios::term& t) {
    const auto root = root_and_part(t.selector.metric).first;
    return t.op == kind::selector && (root == "latency" || root == "response");
  });
}

measured evaluate(const scenarios::expression& e, std::string_view variant, const result_of& results,
                  const std::function<spans_or_reason(const record::result&)>& where) {
  std::vector<measured> stack;
  for (const scenarios::term& t : e) {
    if (t.op == kind::quantity) {
      stack.push_back({t.quantity.value, t.quantity.kind, {}, false, false});
      continue;
    }
    if (t.op == kind::selector) {
      stack.push_back(select(t, variant, results, where));
      if (!stack.back().value) return stack.back();
      continue;
    }
    MESHGAUGE_ASSERT(stack.size() >= 2);
    const measured right = stack.back();
    stack.pop_back();
    stack.back() = apply(t.op, stack.back(), right);
    if (!stack.back().value) return stack.back();
  }
  MESHGAUGE_ASSERT(stack.size() == 1);
  return stack.back();
}

}  // namespace meshgauge::judge
