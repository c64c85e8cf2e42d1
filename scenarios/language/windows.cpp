#include "scenarios/language/windows.hpp"

#include <algorithm>

#include "scenarios/language/call.hpp"
#include "scenarios/language/values.hpp"

namespace meshgauge::language {
namespace {

using scenarios::edge;
using scenarios::moment;

constexpr int depth_limit = 64;

}  // namespace

bool windows::is_phase(std::string_view name) const {
  return std::any_of(scenario_.phases.begin(), scenario_.phases.end(), [&](const auto& p) { return p.name == name; });
}

bool windows::known(std::string_view name) const {
  return name == "run" || name == "measured" || is_phase(name) || events_.contains(name);
}

std::vector<std::string> windows::names() const {
  std::vector<std::string> result(events_.begin(), events_.end());
  for (const auto& p : scenario_.phases) result.push_back(p.name);
  result.emplace_back("run");
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

bool windows::phases_known() const {
  return std::all_of(scenario_.phases.begin(), scenario_.phases.end(),
                     [](const auto& p) { return p.length > duration::zero(); });
}

const scenarios::event* windows::event(std::string_view name) const {
  for (const auto& e : scenario_.timeline) {
    if (!name.empty() && e.name == name) return &e;
  }
  return nullptr;
}

std::optional<duration> windows::start(std::string_view name, int depth) const {
  if (depth > depth_limit || !phases_known()) return std::nullopt;
  if (name == "run") return duration{};
  for (const auto& p : scenario_.phases) {
    if (p.name == name || (name == "measured" && p.measure)) return p.start.time_since_epoch();
  }
  const auto* e = event(name);
  if (e == nullptr) return std::nullopt;
  return e->during ? start(e->at.window, depth + 1) : time(e->at, depth + 1);
}

std::optional<duration> windows::end(std::string_view name, int depth) const {
  if (depth > depth_limit || !phases_known()) return std::nullopt;
  const duration last = scenario_.end().time_since_epoch();
  if (name == "run") return last;
  for (auto p = scenario_.phases.rbegin(); p != scenario_.phases.rend(); ++p) {
    if (p->name == name || (name == "measured" && p->measure)) return p->end.time_since_epoch();
  }
  const auto* e = event(name);
  if (e == nullptr || e->verb == scenarios::verb::rollout) return std::nullopt;
  if (e->during) return end(e->at.window, depth + 1);
  if (!e->lasts) return last;
  const auto from = time(e->at, depth + 1);
  if (!from) return std::nullopt;
  return std::min(last, *from + *e->lasts);
}

std::optional<duration> windows::time(const moment& m, int depth) const {
  duration base{};
  if (!m.window.empty()) {
    const auto from = m.at == edge::start ? start(m.window, depth + 1) : end(m.window, depth + 1);
    if (!from) return std::nullopt;
    base = *from;
  }
  if (m.offset.is_constant()) return m.negative ? base - m.offset.at(0.5) : base + m.offset.at(0.5);
  // By chance: the most favourable draw.
  const duration a = m.offset.at(1e-9), b = m.offset.at(1 - 1e-9);
  return m.negative ? base - std::max(a, b) : base + std::min(a, b);
}

bool windows::circular(const moment& m) const {
  std::string_view at = m.window;
  for (int i = 0; i <= depth_limit; ++i) {
    const auto* e = at.empty() ? nullptr : event(at);
    if (e == nullptr || is_phase(at)) return false;
    at = e->at.window;
  }
  return true;
}

bool read_window(context& c, slice s, const windows& known) {
  if (known.known(s.view())) return true;
  const auto names = known.names();
  auto notes = guess(s.view(), names);
  std::string list;
  for (const std::string& n : names) list += (list.empty() ? "" : ", ") + n;
  if (names.size() <= 20) notes.push_back("windows in this scenario: " + list);
  return c.error_inside(s, "unknown-window", fmt::format("no phase or event is called \"{}\"", s.view()),
                        std::move(notes));
}

std::optional<moment> read_moment(context& c, slice s, const windows& known, bool chance, std::string_view label) {
  s = s.trimmed();
  const std::string_view v = s.view();
  moment m;
  const auto offset = [&](slice t) -> bool {
    t = t.trimmed();
    if (!chance) {
      const auto d = read_time(c, t, label);
      if (d) m.offset = distribution::constant(*d);
      return d.has_value();
    }
    const auto d = read_distribution(c, t, label);
    if (d) m.offset = *d;
    return d.has_value();
  };
  const bool number = !v.empty() && ((v[0] >= '0' && v[0] <= '9') || v[0] == '-' || v[0] == '+' || v[0] == '.');
  std::size_t sign = v.find('+');
  if (const std::size_t minus = v.find(" - "); minus != std::string_view::npos && minus < sign) sign = minus + 1;
  const bool drawn = v.find('(') < sign;
  if (v.empty() || number || drawn) {
    if (!offset(s)) return std::nullopt;
    return m;
  }
  const slice name = s.sub(0, sign).trimmed();
  slice window = name;
  if (const std::size_t dot = name.view().find('.'); dot != std::string_view::npos) {
    window = name.sub(0, dot);
    const slice which = name.sub(dot + 1);
    if (which.view() != "start" && which.view() != "end") {
      if (!read_window(c, window, known)) return std::nullopt;
      c.error_inside(which, "unknown-edge",
                     fmt::format("a window has \".start\" and \".end\", not \".{}\"", which.view()));
      return std::nullopt;
    }
    m.at = which.view() == "end" ? edge::end : edge::start;
  }
  if (!read_window(c, window, known)) return std::nullopt;
  m.window = window.str();
  if (sign != std::string_view::npos) {
    m.negative = v[sign] == '-';
    if (!offset(s.sub(sign + 1))) return std::nullopt;
  }
  return m;
}

}  // namespace meshgauge::language
