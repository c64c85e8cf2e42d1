#include "harness/judge/spans.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "harness/record/cuts.hpp"

namespace meshgauge::judge {
namespace {

spans measured_spans(const record::result& r) {
  spans all;
  for (const record::window& w : r.windows) {
    if (w.what != record::window::kind::phase || !w.measured || w.start >= w.end) continue;
    if (!all.empty() && all.back().end == w.start) {
      all.back().end = w.end;
    } else {
      all.push_back({w.start, w.end});
    }
  }
  return all;
}

/// Where "within T after X" stops when nothing says so: the end of the shortest phase or event that holds X and goes on
/// for longer than T, else of the run.
instant end_around(const record::result& r, instant from, duration at_least) {
  const record::window* best = nullptr;
  for (const record::window& w : r.windows) {
    if (w.start > from || w.end <= from + at_least) continue;
    if (best == nullptr || w.end - w.start < best->end - best->start) best = &w;
  }
  return best != nullptr ? best->end : r.windows.front().end;
}

void slice(scoped& out, instant from, instant to, duration step) {
  for (instant a = from; a < to; a += step) {
    out.last_is_short = a + step > to;
    out.slices.push_back({{a, std::min(a + step, to)}});
  }
}

}  // namespace

spans_or_reason window_spans(const record::result& r, std::string_view name) {
  if (name == "measured") {
    spans_or_reason v{measured_spans(r), {}};
    if (v.value.empty()) v.reason = "the run ended before a measured phase began";
    return v;
  }
  const record::window* w = r.window_named(name);
  if (w == nullptr) return {{}, fmt::format("{} never began", name)};
  if (w->start >= w->end) return {{}, fmt::format("{} lasted no time in this run", name)};
  return {{{w->start, w->end}}, {}};
}

instant_or_reason resolve(const record::result& r, const scenarios::moment& m) {
  const duration offset = record::offset_of(m);
  if (m.window.empty()) return {instant{} + offset, {}};
  if (m.window == "measured") {
    const spans all = measured_spans(r);
    if (all.empty()) return {{}, "the run ended before a measured phase began"};
    return {(m.at == scenarios::edge::start ? all.front().start : all.back().end) + offset, {}};
  }
  const record::window* w = r.window_named(m.window);
  if (w == nullptr) return {{}, fmt::format("{} never began", m.window)};
  if (m.at == scenarios::edge::start) return {w->start + offset, {}};
  if (w->open) return {{}, fmt::format("{} had not ended when the run did", m.window)};
  return {w->end + offset, {}};
}

scoped resolve(const record::result& r, const scenarios::scope& scope) {
  scoped out;
  using kind = scenarios::scope::kind;
  if (scope.what == kind::measured || scope.what == kind::window) {
    auto [value, reason] = window_spans(r, scope.what == kind::measured ? "measured" : scope.window);
    out.reason = std::move(reason);
    if (out.reason.empty()) out.slices.push_back(std::move(value));
    return out;
  }
  const instant run_end = r.windows.front().end;
  instant from{}, to = run_end;
  if (scope.has_from) {
    auto [value, reason] = resolve(r, scope.from);
    if (!reason.empty()) return {{}, reason};
    from = std::max(value, instant{});
  }
  if (scope.has_to) {
    auto [value, reason] = resolve(r, scope.to);
    if (!reason.empty()) return {{}, reason};
    to = std::min(value, run_end);
  }
  if (scope.what == kind::span) {
    if (from >= to) return {{}, "the stretch is empty in this run"};
    out.slices.push_back({{from, to}});
  } else if (scope.what == kind::every) {
    const auto [value, reason] = window_spans(r, scope.window);
    if (!reason.empty()) return {{}, reason};
    for (const span& s : value) slice(out, std::max(s.start, from), std::min(s.end, to), scope.slice);
  } else {
    if (!scope.has_to) to = end_around(r, from, scope.slice);
    slice(out, from + scope.slice, to, record::within_slice);
  }
  if (out.slices.empty()) out.reason = "the run left no time to judge it";
  return out;
}

}  // namespace meshgauge::judge
