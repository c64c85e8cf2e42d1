#include "scenarios/language/params.hpp"

#include <algorithm>
#include <set>

namespace meshgauge::language {
namespace {

class substitution {
 public:
  explicit substitution(context& c) : c_(c) {
    for (const auto& [name, value] : c.params) names_.push_back(name);
  }

  void walk(node& n) {
    if (c_.out.enough()) return;
    if (n.is(node::type::string)) replace(n.value);
    for (node& item : n.items) walk(item);
    for (member& m : n.members) walk(m.value);
  }

  const std::set<std::string>& used() const { return used_; }

 private:
  void replace(text& t) {
    if (t.value.find("${") == std::string::npos) return;
    text to;
    to.whole = t.whole;
    const bool mapped = !t.origin.empty();
    const auto copy = [&](std::size_t from, std::size_t end) {
      to.value.append(t.value, from, end - from);
      if (mapped)
        to.origin.insert(to.origin.end(), t.origin.begin() + static_cast<std::ptrdiff_t>(from),
                         t.origin.begin() + static_cast<std::ptrdiff_t>(end));
    };
    std::size_t from = 0;
    while (true) {
      const std::size_t begin = t.value.find("${", from);
      copy(from, std::min(begin, t.value.size()));
      if (begin == std::string::npos) break;
      const std::size_t close = t.value.find('}', begin);
      if (close == std::string::npos) {
        c_.error_inside(slice(t, begin, begin + 2), "unknown-param", "this \"${\" is never closed");
        return;
      }
      const std::string name = t.value.substr(begin + 2, close - begin - 2);
      const auto found =
          std::find_if(c_.params.begin(), c_.params.end(), [&](const auto& p) { return p.first == name; });
      if (found == c_.params.end()) {
        std::vector<std::string> notes;
        if (const auto g = did_you_mean(name, names_)) notes.push_back(fmt::format("did you mean \"${{{}}}\"?", *g));
        c_.error_inside(slice(t, begin, close + 1), "unknown-param", fmt::format("no parameter \"{}\"", name), notes);
        to.substitutions.push_back({to.value.size(), to.value.size() + close + 1 - begin, name, true});
        copy(begin, close + 1);
      } else {
        used_.insert(name);
        if (to.value.size() + found->second.size() > 65536) {
          c_.error_inside(slice(t, begin, close + 1), "too-large", "this text becomes longer than 64 KiB");
          return;
        }
        const span place = slice(t, begin, close + 1).inside();
        to.substitutions.push_back({to.value.size(), to.value.size() + found->second.size(), name, false});
        to.value += found->second;
        if (mapped) to.origin.insert(to.origin.end(), found->second.size(), place);
      }
      from = close + 1;
    }
    t = std::move(to);
  }

  context& c_;
  std::vector<std::string> names_;
  std::set<std::string> used_;
};

bool scalar(const node& n) {
  return n.is(node::type::string) || n.is(node::type::number) || n.is(node::type::boolean);
}

std::string scalar_text(const node& n) {
  return n.is(node::type::boolean) ? (n.flag ? "true" : "false") : n.value.value;
}

void assign(context& c, const std::string& name, const std::string& value, span at, std::string_view what) {
  const auto found = std::find_if(c.params.begin(), c.params.end(), [&](const auto& p) { return p.first == name; });
  if (found != c.params.end()) {
    found->second = value;
    return;
  }
  std::vector<std::string> names;
  for (const auto& p : c.params) names.push_back(p.first);
  c.error(at, "unknown-param", fmt::format("no parameter \"{}\" to set{}", name, what), guess(name, names));
}

}  // namespace

void substitute_params(context& c, node& root, bool live, const assignments& set) {
  const node* params = root.find("params");
  if (params != nullptr && params->is(node::type::object)) {
    for (const member& m : params->members) {
      if (scalar(m.value)) c.params.emplace_back(m.key, scalar_text(m.value));
    }
  }
  const node* run = root.find("run");
  const node* in_live = run == nullptr ? nullptr : run->find("live");
  const node* live_set = in_live == nullptr ? nullptr : in_live->find("set");
  if (live_set != nullptr) {
    const assignments before = c.params;
    for (const member& m : live_set->members) {
      if (scalar(m.value)) assign(c, m.key, scalar_text(m.value), m.at, "");
    }
    if (!live) c.params = before;
  }
  for (const auto& [name, value] : set) assign(c, name, value, {}, "");

  substitution s(c);
  for (member& m : root.members) {
    if (m.key == "params") continue;
    if (m.key != "run") {
      s.walk(m.value);
      continue;
    }
    for (member& r : m.value.members) {
      if (r.key == "live") {
        for (member& l : r.value.members) {
          if (l.key != "set") s.walk(l.value);
        }
      } else {
        s.walk(r.value);
      }
    }
  }
  if (params == nullptr) return;
  for (const member& m : params->members) {
    if (scalar(m.value) && !s.used().contains(m.key)) {
      c.out.warning(m.at, "unused-param", fmt::format("parameter \"{}\" is never used", m.key));
    }
    if (m.value.is(node::type::string) && m.value.value.value.find("${") != std::string::npos) {
      c.error(m.value.at, "nested-param", "a parameter cannot be made of other parameters");
    }
  }
}

}  // namespace meshgauge::language
