#include "scenarios/language/targets.hpp"

#include "scenarios/language/values.hpp"

namespace meshgauge::language {
namespace {

using scenarios::target;
using scenarios::target_kind;

bool digits(std::string_view s) {
  return !s.empty() && s.size() <= 9 && s.find_first_not_of("0123456789") == std::string_view::npos;
}

unsigned number(std::string_view s) {
  unsigned n = 0;
  for (char c : s) n = n * 10 + static_cast<unsigned>(c - '0');
  return n;
}

std::string group_text(const target& t, std::string_view name) {
  switch (t.kind) {
    case target_kind::fleet:
      return fmt::format("fleet \"{}\"", name);
    case target_kind::load:
      return fmt::format("load \"{}\"", name);
    default:
      return std::string(name);
  }
}

bool in_range(context& c, slice s, const target& t, std::string_view name, unsigned n, unsigned count) {
  if (n < count) return true;
  const std::string_view noun = t.kind == target_kind::fleet  ? "instance"
                                : t.kind == target_kind::load ? "client"
                                                              : "router";
  const std::string owner = t.kind == target_kind::router ? "no variant" : group_text(t, name);
  const std::string range = count == 1 ? "numbered 0" : fmt::format("numbered 0 to {}", count - 1);
  return c.error_inside(s, "no-such-instance",
                        t.kind == target_kind::router
                            ? fmt::format("{} has router {}: the most is {}, {}", owner, n, count, range)
                            : fmt::format("{} has no {} {}: it has {}, {}", owner, noun, n, count, range));
}

/// What stands behind the slash.
bool read_part(context& c, slice whole, slice part, target& t, std::string_view name, unsigned count,
               const target_wants& wants) {
  const std::string_view v = part.view();
  if (!wants.part) {
    return c.error_inside(whole, "wrong-target",
                          fmt::format("{} works on a whole group, not on a part of it", wants.who),
                          {fmt::format("write \"{}\"", name)});
  }
  t.all = false;
  const auto drawn = [&] {
    return wants.drawn || c.error_inside(whole, "wrong-target", fmt::format("{} cannot be drawn by chance", wants.who),
                                         {fmt::format("name them: \"{}/3\" or \"{}/0..4\"", name, name)});
  };
  if (v == "any") {
    t.any = true;
    return drawn();
  }
  if (v.ends_with('%')) {
    const auto share = read_share(c, part, "a part");
    if (!share) return false;
    if (*share <= 0) return c.error_inside(part, "out-of-range", "a part must be more than 0%");
    t.share = *share;
    return drawn();
  }
  const std::size_t dots = v.find("..");
  const std::string_view first = v.substr(0, dots), last = dots == std::string_view::npos ? first : v.substr(dots + 2);
  if (!digits(first) || !digits(last)) {
    return c.error_inside(part, "wrong-target", fmt::format("\"{}\" is no part of {}", v, group_text(t, name)),
                          {fmt::format("parts are \"{0}/3\", \"{0}/0..4\"{1}", name,
                                       wants.drawn ? fmt::format(", \"{0}/25%\" and \"{0}/any\"", name) : "")});
  }
  t.first = number(first);
  t.last = number(last);
  if (t.first > t.last) return c.error_inside(part, "wrong-target", fmt::format("\"{}\" counts backwards", v));
  return in_range(c, whole, t, name, t.last, count);
}

}  // namespace

std::vector<std::string> hosts::names() const {
  std::vector<std::string> result;
  for (const group& g : fleets) result.push_back(g.name);
  for (const group& g : loads) result.push_back(g.name);
  result.emplace_back("router");
  result.emplace_back("registry");
  return result;
}

std::optional<target> read_target(context& c, slice s, const hosts& known, const target_wants& wants) {
  s = s.trimmed();
  target t;
  t.text = s.str();
  const std::size_t slash = std::min(s.view().find('/'), s.size());
  const slice word = s.sub(0, slash);
  const std::string_view name = word.view();
  unsigned count = 0;
  bool found = false;
  const auto search = [&](const std::vector<hosts::group>& groups, target_kind kind) {
    for (unsigned i = 0; i < groups.size(); ++i) {
      if (groups[i].name != name) continue;
      t.kind = kind;
      t.group = i;
      count = groups[i].count;
      found = true;
    }
  };
  search(known.loads, target_kind::load);
  search(known.fleets, target_kind::fleet);
  if (name == "router" || name == "registry") {
    t.kind = name == "router" ? target_kind::router : target_kind::registry;
    found = true;
    count = known.routers;
  }
  if (!found) {
    const auto names = known.names();
    auto notes = guess(name, names);
    std::string list;
    for (const std::string& n : names) list += (list.empty() ? "" : ", ") + n;
    if (names.size() <= 12) notes.push_back("targets in this scenario: " + list);
    c.error_inside(word.empty() ? s : word, "unknown-target", fmt::format("nothing is called \"{}\"", name),
                   std::move(notes));
    return std::nullopt;
  }
  const bool allowed = t.kind == target_kind::fleet      ? wants.fleet
                       : t.kind == target_kind::load     ? wants.load
                       : t.kind == target_kind::registry ? wants.registry
                                                         : wants.router;
  if (!allowed) {
    std::string can;
    const auto add = [&](bool yes, std::string_view what) {
      if (yes) can += (can.empty() ? "" : ", ") + std::string(what);
    };
    add(wants.fleet, "fleets"), add(wants.load, "loads"), add(wants.router, "router"), add(wants.registry, "registry");
    c.error_inside(word, "wrong-target", fmt::format("{} cannot be used on {}", wants.who, group_text(t, name)),
                   {"it works on: " + can});
    return std::nullopt;
  }
  if (t.kind == target_kind::router && known.routers == 0) {
    c.error_inside(word, "no-router", "no variant has a router: all of them discover in the client",
                   {"a variant with \"discovery\": \"server(watch)\" has one"});
    return std::nullopt;
  }
  if (slash == s.size()) return t;
  if (t.kind == target_kind::registry) {
    c.error_inside(s, "wrong-target", "there is one registry, without parts", {"write \"registry\""});
    return std::nullopt;
  }
  if (!read_part(c, s, s.sub(slash + 1), t, name, count, wants)) return std::nullopt;
  return t;
}

}  // namespace meshgauge::language
