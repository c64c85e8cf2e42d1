#include "scenarios/language/shape.hpp"

#include <algorithm>

#include "router/core/assert.hpp"

namespace meshgauge::language {
namespace {

using type = node::type;

std::string quoted_value(const node& n) {
  switch (n.kind) {
    case type::boolean:
      return n.flag ? "true" : "false";
    case type::number:
      return n.value.value;
    case type::string:
      return fmt::format("\"{}\"", n.value.value);
    default:
      return std::string(name_of(n.kind));
  }
}

span place_of(const node& n) {
  return n.is(type::object) || n.is(type::list) ? opening(n) : n.at;
}

bool is_name(std::string_view s) {
  if (s.empty() || s.size() > 64) return false;
  for (char c : s) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) return false;
  }
  return true;
}

class checker {
 public:
  checker(context& c, scenarios::engine engine) : c_(c), live_(engine == scenarios::engine::live) {}

  void object(const node& n, std::string_view where, const std::string& label, span at) {
    duplicates(n);
    const auto known = keys_of(where);
    for (const member& m : n.members) {
      if (c_.out.enough()) return;
      const key* k = find_key(where, m.key);
      if (k == nullptr) {
        unknown(m, known, label);
      } else {
        value(m, *k);
      }
    }
    for (const key* k : known) {
      if (k->required && n.find_member(k->name) == nullptr) {
        c_.error(at, "missing-key", fmt::format("{} needs \"{}\"", label, k->name),
                 {fmt::format("{}: {}", k->name, k->doc)});
      }
    }
  }

 private:
  void duplicates(const node& n) {
    for (std::size_t i = 0; i < n.members.size(); ++i) {
      if (c_.out.enough()) return;
      const member& m = n.members[i];
      const member* first = n.find_member(m.key);
      if (first == &m) continue;
      c_.error(m.at, "duplicate-key", fmt::format("\"{}\" is given twice", m.key),
               {fmt::format("first given on line {}; plain JSON readers would silently keep only one of them",
                            c_.out.source().at(first->at.begin).line)});
    }
  }

  void unknown(const member& m, const std::vector<const key*>& known, const std::string& label) {
    std::vector<std::string> names;
    for (const key* k : known) names.emplace_back(k->name);
    auto notes = guess(m.key, names);
    if (notes.empty()) {
      for (const key& other : keys()) {
        if (other.name == m.key) {
          notes.push_back(fmt::format("\"{}\" belongs into {}", m.key, describe_place(other.where)));
          break;
        }
      }
    }
    if (notes.empty() && names.size() <= 12) {
      std::string list;
      for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
      notes.push_back("known here: " + list);
    }
    c_.error(m.at, "unknown-key", fmt::format("unknown key \"{}\" in {}", m.key, label), std::move(notes));
  }

  void value(const member& m, const key& k) {
    const node& n = m.value;
    if (k.sim_only && live_) {
      c_.error(m.at, "needs-sim", fmt::format("\"{}\" needs the simulator: sockets cannot honour it", k.name),
               {"run it with \"engine\": \"sim\", or remove the key"});
    }
    if (!fits(k.what, n)) return misfit(m, k);
    switch (k.what) {
      case holds::object:
        return object(n, k.child, k.child == "live" ? "run.live" : std::string(describe_place(k.child)), m.at);
      case holds::map:
        return map(m, k);
      case holds::texts:
        return texts(m);
      case holds::list:
      case holds::expectations:
        return list(m, k);
      case holds::steps:
      case holds::phases:
        for (const node& item : n.items) {
          if (!item.is(type::string))
            wrong(item, fmt::format("each of \"{}\" is a text, but here is {}", k.name, name_of(item.kind)), k.what);
        }
        return;
      default:
        return;
    }
  }

  void map(const member& m, const key& k) {
    duplicates(m.value);
    if (m.value.members.empty()) {
      c_.error(place_of(m.value), "empty", fmt::format("\"{}\" holds nothing", k.name),
               {fmt::format("write {}", how_to_write(k.what))});
    }
    const std::string noun = k.name == "fleets" ? "fleet" : k.name == "variants" ? "variant" : std::string(k.name);
    for (const member& child : m.value.members) {
      if (c_.out.enough()) return;
      name(child, noun);
      if (!child.value.is(type::object)) {
        wrong(child.value,
              fmt::format("{} \"{}\" is an object, but here is {}", noun, child.key, name_of(child.value.kind)),
              holds::object);
        continue;
      }
      object(child.value, k.child, fmt::format("{} \"{}\"", noun, child.key), child.at);
    }
  }

  void texts(const member& m) {
    duplicates(m.value);
    for (const member& child : m.value.members) {
      if (m.key == "params") name(child, "parameter");
      const bool good = child.value.is(type::string) || child.value.is(type::number) || child.value.is(type::boolean);
      if (!good)
        wrong(child.value, fmt::format("\"{}\" is a text, but here is {}", child.key, name_of(child.value.kind)),
              holds::text);
    }
  }

  void list(const member& m, const key& k) {
    if (k.required && m.value.items.empty() && k.what == holds::list) {
      c_.error(place_of(m.value), "empty", fmt::format("\"{}\" holds nothing", k.name),
               {fmt::format("write {}", how_to_write(k.what))});
    }
    for (const node& item : m.value.items) {
      if (c_.out.enough()) return;
      if (k.what == holds::expectations && item.is(type::string)) continue;
      if (!item.is(type::object)) {
        wrong(item,
              fmt::format("each of \"{}\" is {}, but here is {}", k.name,
                          k.what == holds::expectations ? "a text or an object" : "an object", name_of(item.kind)),
              k.what);
        continue;
      }
      const node* named = item.find("name");
      const std::string label = k.child == "phase" && named != nullptr && named->is(type::string)
                                    ? fmt::format("phase \"{}\"", named->value.value)
                                    : std::string(describe_place(k.child));
      object(item, k.child, label, opening(item));
    }
  }

  void name(const member& m, std::string_view noun) {
    if (!is_name(m.key)) {
      c_.error(m.at, "name-form", fmt::format("\"{}\" cannot name a {}", m.key, noun),
               {"names are made of a-z, 0-9, - and _"});
    }
  }

  void wrong(const node& n, std::string message, holds what) {
    c_.error(place_of(n), "wrong-kind", std::move(message), {fmt::format("write {}", how_to_write(what))});
  }

  void misfit(const member& m, const key& k) {
    const node& n = m.value;
    if (n.is(type::null)) {
      c_.error(n.at, "wrong-kind", fmt::format("\"{}\" has no value", k.name),
               {fmt::format("write {}, or remove the key", how_to_write(k.what))});
      return;
    }
    if (k.what == holds::flag && n.is(type::string)) {
      static const std::vector<std::string> yaml{"yes", "no", "on", "off", "Yes", "No", "On", "Off", "True", "False"};
      const auto& v = n.value.value;
      const bool trap = std::find(yaml.begin(), yaml.end(), v) != yaml.end();
      c_.error(n.at, trap ? "yaml-boolean" : "wrong-kind",
               fmt::format("\"{}\" is true or false, but here is \"{}\"", k.name, v),
               trap ? std::vector<std::string>{"yes, no, on and off are texts here"} : std::vector<std::string>{});
      return;
    }
    if ((k.what == holds::count || k.what == holds::number || k.what == holds::places) && n.is(type::string)) {
      c_.error(n.at, "wrong-kind",
               fmt::format("\"{}\" is {}, but {} is a text", k.name, noun_of(k.what), quoted_value(n)),
               {fmt::format("a {} is written without quotes: {}", k.what == holds::number ? "number" : "count",
                            how_to_write(k.what))});
      return;
    }
    if (n.is(type::number) || n.is(type::boolean)) {
      const bool text =
          k.what != holds::object && k.what != holds::map && k.what != holds::list && k.what != holds::texts;
      c_.error(n.at, "wrong-kind",
               fmt::format("\"{}\" is {}, but {} is {}", k.name, noun_of(k.what), quoted_value(n),
                           n.is(type::number) ? "a number" : "true or false"),
               {text && (k.what == holds::text || k.what == holds::name)
                    ? fmt::format("write \"{}\"", quoted_value(n))
                    : fmt::format("write it as {}", how_to_write(k.what))});
      return;
    }
    c_.error(place_of(n), "wrong-kind",
             fmt::format("\"{}\" is {}, but here is {}", k.name, noun_of(k.what),
                         n.is(type::string) ? quoted_value(n) : std::string(name_of(n.kind))),
             {fmt::format("write it as {}", how_to_write(k.what))});
  }

  context& c_;
  bool live_;
};

/// A text that is nothing but one parameter may stand for a number or a truth value.
bool from_param(const node& n) {
  return n.is(type::string) && !n.value.plain();
}

}  // namespace

bool fits(holds what, const node& n) {
  switch (what) {
    case holds::flag:
      return n.is(type::boolean) || (from_param(n) && (n.value.value == "true" || n.value.value == "false"));
    case holds::on_off:
      return n.is(type::string);
    case holds::count:
    case holds::number:
      return n.is(type::number) || from_param(n);
    case holds::places:
      return n.is(type::number) || from_param(n) || (n.is(type::string) && n.value.value == "unlimited");
    case holds::time:
    case holds::share:
    case holds::factor:
    case holds::bandwidth:
    case holds::distribution:
    case holds::arrivals:
    case holds::pace:
    case holds::moment:
    case holds::detail:
      return n.is(type::string) || n.is(type::number);  // a number lacks its unit, and is told so
    case holds::texts:
    case holds::object:
    case holds::map:
      return n.is(type::object);
    case holds::steps:
    case holds::phases:
    case holds::list:
    case holds::expectations:
      return n.is(type::list);
    default:
      return n.is(type::string);
  }
}

const node* get(const node& object, std::string_view where, std::string_view name) {
  const key* k = find_key(where, name);
  MESHGAUGE_ASSERT(k != nullptr);
  const node* n = object.find(name);
  return n != nullptr && fits(k->what, *n) ? n : nullptr;
}

void check_shape(context& c, const node& root, scenarios::engine engine) {
  if (!root.is(type::object)) {
    c.error(place_of(root), "wrong-kind", fmt::format("a scenario is an object, but here is {}", name_of(root.kind)),
            {"write { \"fleets\": ..., \"load\": ..., \"phases\": ..., \"expect\": ... }"});
    return;
  }
  checker(c, engine).object(root, "scenario", "the scenario", opening(root));
}

}  // namespace meshgauge::language
