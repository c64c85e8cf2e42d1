/// What happens when: events.

#include <algorithm>
#include <set>

#include "scenarios/language/builder_access.hpp"
#include "scenarios/language/verbs.hpp"

namespace meshgauge::language {

using namespace scenarios;

namespace {

bool has(const node& n, std::string_view name) {
  return n.find_member(name) != nullptr;
}

std::string joined(const std::vector<std::string>& names) {
  std::string result;
  for (const std::string& n : names) result += (result.empty() ? "" : ", ") + n;
  return result;
}

}  // namespace

void builder::read_timeline() {
  node* timeline = find_object(root_, "scenario", "timeline");
  if (timeline == nullptr) return;
  std::set<std::string> seen;
  for (node& n : timeline->items) {
    const node* as = n.is(node::type::object) ? get(n, "event", "as") : nullptr;
    if (as == nullptr) continue;
    const std::string& name = as->value.value;
    if (name == "run" || name == "measured") {
      c_.error(slice(as->value), "reserved-name", fmt::format("\"{}\" is a window that always exists", name));
    } else if (windows_.is_phase(name) || !seen.insert(name).second) {
      c_.error(slice(as->value), "duplicate-name",
               fmt::format("{} is already called \"{}\"", windows_.is_phase(name) ? "a phase" : "another event", name));
    }
    windows_.announce(name);
  }
  std::vector<const node*> nodes;
  for (node& n : timeline->items) {
    if (!n.is(node::type::object) || c_.out.enough()) continue;
    s_.timeline.push_back(read_event(n));
    nodes.push_back(&n);
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) check_when(*nodes[i], s_.timeline[i]);
}

event builder::read_event(node& n) {
  event e;
  e.where = place(n.at);
  text(n, "event", "as", e.name);
  if (const node* at = get(n, "event", "at")) {
    if (const auto m = read_moment(c_, slice(at->value), windows_, true, "at")) e.at = *m;
  }
  if (const node* during = get(n, "event", "during")) {
    const slice s = slice(during->value).trimmed();
    if (read_window(c_, s, windows_)) e.at.window = s.str();
    e.during = true;
  }
  if (has(n, "at") == has(n, "during")) {
    c_.error(has(n, "at") ? n.find_member("during")->at : opening(n), "event-when",
             has(n, "at") ? "this event has both \"at\" and \"during\"" : "this event does not say when",
             {"exactly one of \"at\" (a moment) and \"during\" (a window)"});
  }
  duration lasts{};
  time(n, "event", "for", lasts);
  if (lasts > duration::zero()) e.lasts = lasts;

  const member* verb = nullptr;
  for (const member& m : n.members) {
    if (find_verb(m.key) == nullptr) continue;
    if (verb != nullptr && m.key != verb->key) {
      c_.error(m.at, "event-verb", fmt::format("this event does two things: \"{}\" and \"{}\"", verb->key, m.key),
               {"make it two events; they may happen at the same time"});
    } else {
      verb = &m;
    }
  }
  if (verb == nullptr) {
    std::vector<std::string> names;
    for (const verb_row& v : verbs()) names.emplace_back(v.name);
    c_.error(opening(n), "event-verb", "this event does not say what happens", {"one of: " + joined(names)});
    return e;
  }
  const verb_row& row = *find_verb(verb->key);
  e.verb = row.what;
  for (const std::string_view detail : {"on", "from", "to", "batch", "pause", "surge"}) {
    const bool takes = std::find(row.details.begin(), row.details.end(), detail) != row.details.end();
    if (has(n, detail) && !takes) {
      c_.error(n.find_member(detail)->at, "event-detail", fmt::format("\"{}\" takes no \"{}\"", row.name, detail),
               row.details.empty() ? std::vector<std::string>{}
                                   : std::vector<std::string>{fmt::format("it takes {}", joined(row.details))});
    }
  }
  if (!row.lasts && (e.during || has(n, "for"))) {
    const member* at = n.find_member(e.during ? "during" : "for");
    c_.error(at->at, "event-when", fmt::format("\"{}\" does not last, so it has no \"{}\"", row.name, at->key),
             {"say when it happens with \"at\""});
  }
  if (e.during && has(n, "for")) {
    c_.error(n.find_member("for")->at, "event-when", "\"during\" already says how long", {"use \"at\" with \"for\""});
  }
  read_verb(n, *verb, e);
  return e;
}

void builder::read_verb(node& n, const member& verb_member, event& e) {
  const std::string_view name = verb_member.key;
  target_wants wants{.who = name};
  const auto detail_missing = [&](std::string_view key, std::string_view example) {
    if (has(n, key)) return false;
    c_.error(verb_member.at, "event-detail", fmt::format("\"{}\" needs \"{}\"", name, key),
             {fmt::format("write {}", example)});
    return true;
  };
  switch (e.verb) {
    case verb::kill:
    case verb::stop:
    case verb::restart:
    case verb::heal:
      wants.router = wants.registry = true;
      wants.load = e.verb == verb::heal;
      target(n, name, e.on, wants);
      break;
    case verb::deregister:
    case verb::register_:
      target(n, name, e.on, wants);
      break;
    case verb::scale: {
      wants.part = wants.drawn = false;
      target(n, name, e.on, wants);
      detail_missing("to", "\"scale\": \"payments\", \"to\": 14");
      with(n, "event", "to", e.count, [](context& c, slice s) { return read_count(c, s, "to", 0, 10000); });
      if (node* to = n.find("to")) to->number_wanted = true;
      break;
    }
    case verb::rollout:
      read_rollout(n, verb_member, e);
      break;
    case verb::partition: {
      wants.router = wants.registry = wants.load = true;
      target(n, name, e.on, wants);
      if (has(n, "from")) {
        e.between = true;
        e.to = e.on;
        target(n, "from", e.from, wants);
      }
      break;
    }
    case verb::fault: {
      with(n, "event", "fault", e.fault, read_fault);
      const bool link = e.fault.kind == fault_kind::delay || e.fault.kind == fault_kind::blackhole;
      const bool in_instance = e.fault.kind == fault_kind::slow || e.fault.kind == fault_kind::hang ||
                               e.fault.kind == fault_kind::error || e.fault.kind == fault_kind::reset;
      wants.router = wants.registry = !in_instance;
      wants.load = link;
      const node* f = get(n, "event", "fault");
      const std::string who = f == nullptr ? "fault" : f->value.value.substr(0, f->value.value.find('('));
      wants.who = who;
      if (has(n, "from") || has(n, "to")) {
        if (has(n, "on"))
          c_.error(n.find_member("on")->at, "event-detail",
                   "a fault is \"on\" one target or between \"from\" and \"to\", not both");
        if (!link && f != nullptr)
          c_.error(n.find_member(has(n, "from") ? "from" : "to")->at, "event-detail",
                   fmt::format("\"{}\" happens in one place", who), {"say where with \"on\""});
        if (detail_missing("from", "\"from\": \"router\", \"to\": \"payments/3\"") ||
            detail_missing("to", "\"from\": \"router\", \"to\": \"payments/3\""))
          break;
        e.between = true;
        target(n, "from", e.from, wants);
        target(n, "to", e.to, wants);
      } else if (!detail_missing("on", "\"fault\": \"slow(20x)\", \"on\": \"payments/3\"")) {
        target(n, "on", e.on, wants);
      }
      break;
    }
    case verb::load: {
      with(n, "event", "load", e.factor, [](context& c, slice s) { return read_factor(c, s, "load"); });
      e.on.kind = target_kind::load;
      e.on.everyone = !has(n, "on");
      wants = {.fleet = false, .load = true, .part = false, .drawn = false, .who = name};
      target(n, "on", e.on, wants);
      break;
    }
  }
  const auto value = [&](std::string_view key) {
    const node* v = n.find(key);
    return v == nullptr ? std::string{} : v->value.value;
  };
  e.text = fmt::format("{} {}", name, value(name));
  if (e.verb == verb::scale || e.verb == verb::rollout) e.text += " to " + value("to");
  if (e.between)
    e.text += fmt::format(" between {} and {}", value("from"), e.verb == verb::partition ? value(name) : value("to"));
  if (!e.between && has(n, "on")) e.text += " on " + value("on");
}

void builder::read_rollout(node& n, const member& verb_member, event& e) {
  target_wants wants{.part = false, .drawn = false, .who = "rollout"};
  target(n, "rollout", e.on, wants);
  count(n, "event", "batch", e.batch);
  count(n, "event", "surge", e.surge);
  time(n, "event", "pause", e.pause);
  const node* to = get(n, "event", "to");
  if (!has(n, "to")) {
    c_.error(verb_member.at, "event-detail", "\"rollout\" needs \"to\"",
             {"write \"rollout\": \"payments\", \"to\": \"v2\""});
  } else if (to != nullptr) {
    e.version = to->value.value;
    if (!to->is(node::type::string) || !valid_name(e.version)) {
      c_.error(slice(to->value), "name-form",
               fmt::format("\"to\" of a rollout is a version, but here is {}", e.version),
               {"write \"v2\" (a-z, 0-9, - and _)"});
    }
  }
}

/// Does it ever happen?
void builder::check_when(const node& n, const event& e) {
  const member* at = n.find_member(e.during ? "during" : "at");
  if (at == nullptr) return;
  const slice s(at->value.value);
  if (windows_.circular(e.at)) {
    c_.error(s, "circular-event", "this event waits for itself", {"its moment leads back to its own name"});
    return;
  }
  const duration end = s_.end().time_since_epoch();
  const auto time = e.during ? windows_.start(e.at.window) : windows_.time(e.at);
  if (!time || !windows_.phases_known()) return;
  if (*time >= end) {
    c_.error(s, "after-the-end",
             fmt::format("this event is at {:g}s, but the phases end at {:g}s, so it would never happen",
                         to_seconds(*time), to_seconds(end)),
             {"lengthen a phase or move the event"});
  } else if (*time < duration::zero()) {
    c_.error(s, "before-the-start", fmt::format("this event is {:g}s before the beginning", -to_seconds(*time)));
  }
}

}  // namespace meshgauge::language
