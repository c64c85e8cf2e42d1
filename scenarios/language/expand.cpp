#include "scenarios/language/expand.hpp"

#include <nlohmann/json.hpp>

#include "scenarios/language/readers.hpp"

namespace meshgauge::language {
namespace {

std::string quoted(const std::string& s) {
  return nlohmann::json(s).dump();
}

void put(std::string& to, const node& n, std::size_t depth, bool top) {
  const std::string indent(2 * depth + 2, ' ');
  const auto close = [&](char bracket) { to += "\n" + std::string(2 * depth, ' ') + bracket; };
  bool first = true;
  const auto next = [&] {
    to += first ? "\n" : ",\n";
    first = false;
    to += indent;
  };
  switch (n.kind) {
    case node::type::null:
      to += "null";
      return;
    case node::type::boolean:
      to += n.flag ? "true" : "false";
      return;
    case node::type::number:
      to += n.value.value;
      return;
    case node::type::string: {
      const std::string& s = n.value.value;
      const bool bare = !n.value.plain() && ((n.number_wanted && is_json_number(s)) || n.flag);
      to += bare ? s : quoted(s);
      return;
    }
    case node::type::list:
      to += '[';
      for (const node& item : n.items) next(), put(to, item, depth + 1, false);
      if (!first)
        close(']');
      else
        to += ']';
      return;
    case node::type::object:
      to += '{';
      for (const member& m : n.members) {
        if (top && m.key == "params") continue;
        if (top && m.key == "run" && m.value.find("live") != nullptr) {
          node run = m.value;
          for (member& l : run.members) {
            if (l.key == "live") std::erase_if(l.value.members, [](const member& s) { return s.key == "set"; });
          }
          next();
          to += quoted(m.key) + ": ";
          put(to, run, depth + 1, false);
          continue;
        }
        next();
        to += quoted(m.key) + ": ";
        put(to, m.value, depth + 1, false);
      }
      if (!first)
        close('}');
      else
        to += '}';
      return;
  }
}

}  // namespace

std::string expand(const node& root) {
  std::string result;
  put(result, root, 0, true);
  return result + "\n";
}

}  // namespace meshgauge::language
