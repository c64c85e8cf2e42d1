/// Who calls, and the phases of the run.

#include <algorithm>

#include "scenarios/language/builder_access.hpp"

namespace meshgauge::language {

using namespace scenarios;

void builder::read_phases() {
  node* phases = find_object(root_, "scenario", "phases");
  if (phases == nullptr) return;
  instant at{};
  for (node& n : phases->items) {
    if (!n.is(node::type::object)) continue;
    phase p;
    p.where = place(n.at);
    text(n, "phase", "name", p.name);
    time(n, "phase", "for", p.length);
    flag(n, "phase", "measure", p.measure);
    if (const node* pace = get(n, "phase", "load")) {
      const slice s = slice(pace->value).trimmed();
      const bool call = !s.empty() && s.view()[0] >= 'a' && s.view()[0] <= 'z';
      if (call) {
        p.arrivals = read_arrivals(c_, s);
      } else if (const auto f = read_factor(c_, s, "load")) {
        p.load_factor = *f;
      }
    }
    p.start = at;
    at = saturating_add(at, p.length);
    p.end = at;
    if (to_seconds(at.time_since_epoch()) > seconds_max) {
      c_.error(opening(n), "out-of-range", "the phases together are longer than 1000 hours");
      at = instant{};
    }
    const node* name = get(n, "phase", "name");
    if (name != nullptr && (p.name == "run" || p.name == "measured")) {
      c_.error(slice(name->value), "reserved-name", fmt::format("\"{}\" is a window that always exists", p.name));
    } else if (name != nullptr && !p.name.empty()) {
      for (const phase& other : s_.phases) {
        if (other.name != p.name) continue;
        c_.error(slice(name->value), "duplicate-name", fmt::format("two phases are called \"{}\"", p.name),
                 {fmt::format("the first begins on line {}", other.where.line)});
        break;
      }
    }
    s_.phases.push_back(std::move(p));
  }
}

void builder::read_loads() {
  node* loads = find_object(root_, "scenario", "load");
  if (loads == nullptr) return;
  for (member& m : loads->members) {
    node& n = m.value;
    if (!n.is(node::type::object) ||
        std::any_of(s_.loads.begin(), s_.loads.end(), [&](const load& l) { return l.name == m.key; }))
      continue;
    if (m.key == "router" || m.key == "registry") {
      c_.error(m.at, "reserved-name",
               fmt::format("\"{}\" is a target of its own and cannot name anything else", m.key));
    }
    load l;
    l.name = m.key;
    l.where = place(m.at);
    with(n, "load", "arrivals", l.arrivals, read_arrivals);
    time(n, "load", "timeout", l.timeout);
    with(n, "load", "retry", l.retry, read_retry);
    count(n, "load", "clients", l.clients);
    static const std::vector<std::string> switches{"on", "off"};
    std::size_t off = 0;
    with(n, "load", "keepalive", off, [](context& c, slice s) { return read_choice(c, s, "keepalive", switches); });
    l.keepalive = off == 0;
    if (const node* to = get(n, "load", "to")) {
      std::vector<std::string> names;
      bool found = false;
      for (unsigned i = 0; i < s_.fleets.size(); ++i) {
        names.push_back(s_.fleets[i].name);
        if (s_.fleets[i].name != to->value.value) continue;
        l.to = i;
        found = true;
      }
      if (!found) {
        auto notes = guess(to->value.value, names);
        std::string list;
        for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
        if (names.size() <= 12) notes.push_back("fleets in this scenario: " + list);
        c_.error(slice(to->value), "unknown-fleet", fmt::format("no fleet is called \"{}\"", to->value.value),
                 std::move(notes));
      }
    }
    if (std::any_of(s_.fleets.begin(), s_.fleets.end(), [&](const fleet& f) { return f.name == l.name; })) {
      c_.error(m.at, "duplicate-name", fmt::format("a fleet and a load are both called \"{}\"", l.name),
               {"targets could not tell them apart"});
    }
    if (node* request = find_object(n, "load", "request")) {
      text(*request, "request", "method", l.request.method);
      if (l.request.method.empty() ||
          l.request.method.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos) {
        c_.error(slice(request->find("method")->value), "wrong-form",
                 "a method is a word in capital letters, like \"GET\"");
      }
      text(*request, "request", "path", l.request.path);
      text(*request, "request", "body", l.request.body);
      if (const node* headers = get(*request, "request", "headers")) {
        for (const member& h : headers->members) {
          if (h.key.empty() || h.key.find_first_of(" :\r\n\t") != std::string::npos ||
              h.value.value.value.find_first_of("\r\n") != std::string::npos) {
            c_.error(h.at, "wrong-form", "this is no header: names hold no blanks and colons, values no line ends");
          }
          l.request.headers.emplace_back(h.key, h.value.value.value);
        }
      }
      if (l.request.path.find_first_of(" \r\n\t") != std::string::npos) {
        c_.error(slice(request->find("path")->value), "wrong-form", "a path holds no blanks");
      }
    }
    if (l.request.path.empty() && !s_.fleets.empty()) l.request.path = "/" + s_.fleets[l.to].name + "/";
    if (const node* during = get(n, "load", "during")) {
      for (const node& item : during->items) {
        if (!item.is(node::type::string)) continue;
        if (windows_.is_phase(item.value.value)) {
          l.during.push_back(item.value.value);
          continue;
        }
        std::vector<std::string> names;
        for (const phase& p : s_.phases) names.push_back(p.name);
        c_.error(slice(item.value), "unknown-window", fmt::format("no phase is called \"{}\"", item.value.value),
                 guess(item.value.value, names));
      }
    }
    s_.loads.push_back(std::move(l));
  }
}

}  // namespace meshgauge::language
