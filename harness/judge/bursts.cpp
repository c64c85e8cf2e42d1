#include "harness/judge/bursts.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "harness/judge/numbers.hpp"

namespace meshgauge::judge {
namespace {

using namespace std::chrono_literals;

std::vector<burst> joined(const std::vector<burst>& parts, duration gap) {
  std::vector<burst> all;
  for (const burst& b : parts) {
    if (!all.empty() && b.start - all.back().end <= gap) {
      all.back().end = b.end;
    } else {
      all.push_back(b);
    }
  }
  return all;
}

std::string seconds(duration d) {
  return fmt::format("{:.1f}", to_seconds(d));
}
std::string seconds(instant t) {
  return seconds(t.time_since_epoch());
}

/// Collects changes of one kind that lie close together.
class grouper {
 public:
  grouper(std::vector<mark>& out, const record::result& r, std::string_view one, std::string_view many)
      : out_(out), r_(r), one_(one), many_(many) {}
  void add(instant at, std::uint32_t instance) {
    if (!names_.empty() && at - last_ > 250ms) flush();
    if (names_.empty()) first_ = at;
    last_ = at;
    names_.push_back(r_.incarnations[instance].name);
  }
  void flush() {
    if (names_.empty()) return;
    const std::size_t n = names_.size();
    std::string general = n == 1 ? fmt::format("an instance {}", one_) : fmt::format("{} instances {}", n, many_);
    std::string named = n > 3 ? general : fmt::format("{} {}", join_and(names_), n == 1 ? one_ : many_);
    out_.push_back({first_, std::move(named), std::move(general)});
    names_.clear();
  }

 private:
  std::vector<mark>& out_;
  const record::result& r_;
  std::string_view one_, many_;
  std::vector<std::string> names_;
  instant first_{}, last_{};
};

std::string event_words(const scenarios::scenario& s, const record::fired_event& e) {
  const scenarios::event* of = e.index < s.timeline.size() ? &s.timeline[e.index] : nullptr;
  const std::string name = of != nullptr ? of->name : std::string();
  if (e.what == record::fired_event::kind::ended) {
    return fmt::format("{} ends", !name.empty() ? name : of != nullptr ? of->text : "an event");
  }
  if (e.text.empty()) return fmt::format("{} begins", name.empty() ? "an event" : name);
  return name.empty() || e.text == name ? e.text : fmt::format("{} ({})", e.text, name);
}

}  // namespace

std::vector<burst> bursts_of(const record::result& r, const spans& where,
                             const std::function<bool(const record::bucket&)>& bad) {
  std::vector<burst> parts;
  for_each_bucket(r, where, [&](const record::bucket& b) {
    if (bad(b)) parts.push_back({b.start, b.end, b.end - b.start});
  });
  std::vector<burst> all = joined(parts, 500ms);
  for (const duration gap : {duration(2s), duration(5s)}) {
    if (all.size() > 8) all = joined(parts, gap);
  }
  return all;
}

std::vector<mark> marks_of(const scenarios::scenario& s, const record::result& r) {
  // What stands later wins among marks of one instant: the event that was written in the file says most.
  std::vector<mark> all;
  for (const record::window& w : r.windows) {
    if (w.what == record::window::kind::phase && w.start > instant{}) {
      all.push_back({w.start, w.name + " begins", w.name + " begins"});
    }
  }
  grouper leave(all, r, "leaves the registry", "leave the registry"),
      join(all, r, "joins the registry", "join the registry");
  for (const record::view_change& c : r.registry_changes) {
    if (c.at == instant{}) continue;
    for (const std::uint32_t i : c.removed) leave.add(c.at, i);
    for (const std::uint32_t i : c.added) join.add(c.at, i);
  }
  leave.flush();
  join.flush();
  grouper drain(all, r, "begins to drain", "begin to drain"), stop(all, r, "stops", "stop");
  for (const record::truth_change& c : r.truth_changes) {
    if (c.now == truth::draining) drain.add(c.at, c.instance);
    if (c.now == truth::stopped) stop.add(c.at, c.instance);
  }
  drain.flush();
  stop.flush();
  for (const record::fired_event& e : r.events) {
    // What is over at once (a kill) has an end at the instant of its start: nothing to say about it.
    const bool at_once = e.what == record::fired_event::kind::ended &&
                         std::any_of(r.events.begin(), r.events.end(), [&](const record::fired_event& o) {
                           return o.index == e.index && o.at == e.at && o.what == record::fired_event::kind::started;
                         });
    if (at_once) continue;
    const std::string words = event_words(s, e);
    all.push_back({e.at, words, words});
  }
  std::stable_sort(all.begin(), all.end(), [](const mark& a, const mark& b) { return a.at < b.at; });
  return all;
}

std::string bursts_text(const std::vector<burst>& bursts, const std::vector<mark>& marks) {
  if (bursts.empty()) return {};
  struct relation {
    const mark* after = nullptr;
    duration lag{};
  };
  std::vector<relation> related;
  for (const burst& b : bursts) {
    relation best;
    // The burst begins somewhere in its first bucket, so what happened inside that still came first.
    for (const mark& m : marks) {
      if (m.at >= b.start + b.first_bucket) break;
      if (b.start - m.at <= 10s) best = {&m, std::max(b.start - m.at, duration{})};
    }
    related.push_back(best);
  }
  const auto words = [](const relation& x, bool general) {
    const std::string& what = general ? x.after->general : x.after->named;
    return x.lag <= 500ms ? fmt::format("right after {}", what) : fmt::format("{} s after {}", seconds(x.lag), what);
  };
  if (bursts.size() == 1) {
    const burst& b = bursts[0];
    std::string text = fmt::format("from {} to {} s", seconds(b.start), seconds(b.end));
    if (related[0].after != nullptr) text += ", beginning " + words(related[0], false);
    return text;
  }
  std::string text = fmt::format("{} bursts", bursts.size());
  constexpr std::size_t shown = 5;
  const bool all_related = std::all_of(related.begin(), related.end(), [](auto& x) { return x.after != nullptr; });
  const bool alike = all_related && std::all_of(related.begin(), related.end(),
                                                [&](auto& x) { return x.after->general == related[0].after->general; });
  if (alike) {
    std::vector<std::string> times;
    for (std::size_t i = 0; i < bursts.size() && i < shown; ++i) times.push_back(seconds(bursts[i].start));
    if (bursts.size() > shown) times.back() = "...", times.push_back(seconds(bursts.back().start));
    const duration longest =
        std::max_element(related.begin(), related.end(), [](auto& a, auto& b) { return a.lag < b.lag; })->lag;
    text += fmt::format(" at {} s, each {}{}", join_and(times),
                        longest <= 500ms ? "right after " : fmt::format("within {} s after ", seconds(longest)),
                        related[0].after->general);
    return text;
  }
  for (std::size_t i = 0; i < bursts.size() && i < 3; ++i) {
    text += fmt::format("{} at {} s", i == 0 ? ":" : ";", seconds(bursts[i].start));
    if (related[i].after != nullptr) text += " " + words(related[i], false);
  }
  if (bursts.size() > 3) text += fmt::format("; the last at {} s", seconds(bursts.back().start));
  return text;
}

}  // namespace meshgauge::judge
