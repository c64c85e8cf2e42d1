#include "harness/judge/idle_fault.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace meshgauge::judge {
namespace {

/// "pause payments/3 payments/4" names payments/3, not payments/30.
bool names(std::string_view text, std::string_view instance) {
  for (std::size_t at = text.find(instance); at != std::string_view::npos; at = text.find(instance, at + 1)) {
    const std::size_t end = at + instance.size();
    if (end == text.size() || text[end] < '0' || text[end] > '9') return true;
  }
  return false;
}

/// Instances hit by a firing: those its words name, or else those the file names. Empty: cannot be told.
std::vector<bool> hit(const record::result& r, const scenarios::event& e, const record::fired_event& fired) {
  std::vector<bool> mine(r.incarnations.size());
  bool named = false;
  for (std::size_t i = 0; i < mine.size(); ++i) {
    mine[i] = r.incarnations[i].fleet == e.on.group && names(fired.text, r.incarnations[i].name);
    named = named || mine[i];
  }
  if (named) return mine;
  if (e.on.any || e.on.share > 0) return {};
  for (std::size_t i = 0; i < mine.size(); ++i) {
    const record::incarnation& x = r.incarnations[i];
    mine[i] = x.fleet == e.on.group && (e.on.all || (x.number >= e.on.first && x.number <= e.on.last));
  }
  return mine;
}

}  // namespace

std::string idle_fault(const scenarios::scenario& s, const record::result& r, const spans& where) {
  for (std::size_t i = 0; i < r.events.size(); ++i) {
    const record::fired_event& fired = r.events[i];
    if (fired.what != record::fired_event::kind::started || fired.index >= s.timeline.size()) continue;
    const scenarios::event& e = s.timeline[fired.index];
    if (e.verb != scenarios::verb::fault || e.between || e.on.kind != scenarios::target_kind::fleet) continue;
    span active{fired.at, r.windows.front().end};
    for (std::size_t k = i + 1; k < r.events.size(); ++k) {
      if (r.events[k].index != fired.index || r.events[k].what != record::fired_event::kind::ended) continue;
      active.end = r.events[k].at;
      break;
    }
    const bool overlaps = std::any_of(where.begin(), where.end(),
                                      [&](const span& x) { return x.start < active.end && active.start < x.end; });
    if (!overlaps) continue;
    const std::vector<bool> mine = hit(r, e, fired);
    if (mine.empty()) continue;
    std::uint64_t attempts = 0;
    for_each_bucket(r, {active}, [&](const record::bucket& b) {
      for (const record::instance_count& c : b.instances) attempts += mine[c.instance] ? c.attempts : 0;
    });
    if (attempts == 0) {
      const std::string_view what = !fired.text.empty() ? fired.text : !e.text.empty() ? e.text : e.name;
      return fmt::format("no request met the fault \"{}\"", what);
    }
  }
  return {};
}

}  // namespace meshgauge::judge
