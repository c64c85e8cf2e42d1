#include "scenarios/language/call.hpp"

#include <algorithm>

namespace meshgauge::language {
namespace {

/// "a", "a or b", "a, b or c".
std::string either(const std::vector<std::string>& names) {
  std::string result;
  for (std::size_t i = 0; i < names.size(); ++i) {
    result += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  }
  return result;
}

/// Splits at commas that stand in no bracket and no quotes.
std::vector<slice> split(slice s) {
  std::vector<slice> result;
  int depth = 0;
  bool quoted = false;
  std::size_t from = 0;
  const std::string_view v = s.view();
  for (std::size_t i = 0; i < v.size(); ++i) {
    if (v[i] == '"') quoted = !quoted;
    if (quoted) continue;
    depth += v[i] == '(' ? 1 : v[i] == ')' ? -1 : 0;
    if (v[i] == ',' && depth == 0) {
      result.push_back(s.sub(from, i - from).trimmed());
      from = i + 1;
    }
  }
  result.push_back(s.sub(from).trimmed());
  return result;
}

bool word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/// "poll=2s" -> "poll"; npos when there is no key.
std::size_t key_length(std::string_view v) {
  std::size_t i = 0;
  while (i < v.size() && word_character(v[i])) ++i;
  std::size_t j = i;
  while (j < v.size() && v[j] == ' ') ++j;
  return i > 0 && j < v.size() && v[j] == '=' ? i : std::string_view::npos;
}

bool bind(context& c, call& to, const std::vector<slice>& parts) {
  const form& f = *to.what;
  std::size_t position = 0;
  bool good = true;
  for (const slice& part : parts) {
    if (part.empty()) {
      good = c.error_inside(part, "call-form", fmt::format("{}: a value is missing here", f.name));
      continue;
    }
    const parameter* found = nullptr;
    slice value = part;
    if (const std::size_t n = key_length(part.view()); n != std::string_view::npos) {
      const slice name = part.sub(0, n);
      value = part.sub(part.view().find('=', n) + 1).trimmed();
      for (const parameter& p : f.parameters) {
        if (!p.positional && p.name == name.view()) found = &p;
      }
      if (found == nullptr) {
        std::vector<std::string> names;
        for (const parameter& p : f.parameters) {
          if (!p.positional) names.emplace_back(p.name);
        }
        auto notes = guess(name.view(), names);
        notes.push_back(names.empty() ? fmt::format("{} takes no keys: {}", f.name, f.example)
                                      : fmt::format("{} takes {}: {}", f.name, either(names), f.example));
        good = c.error_inside(name, "unknown-argument", fmt::format("{} has no \"{}\"", f.name, name.view()), notes);
        continue;
      }
      if (value.empty()) {
        good = c.error_inside(name, "call-form", fmt::format("{}: \"{}\" has no value", f.name, name.view()));
        continue;
      }
    } else {
      std::size_t i = 0;
      for (const parameter& p : f.parameters) {
        if (p.positional && i++ == position) found = &p;
      }
      ++position;
      if (found == nullptr) {
        good = c.error_inside(part, "unknown-argument",
                              fmt::format("{}: \"{}\" is one value too many", f.name, part.view()),
                              {fmt::format("it is written {}", f.example)});
        continue;
      }
    }
    if (to.find(found->name) != nullptr) {
      good = c.error_inside(part, "unknown-argument", fmt::format("{}: \"{}\" is given twice", f.name, found->name));
      continue;
    }
    to.arguments.push_back({found, value});
  }
  for (const parameter& p : f.parameters) {
    if (good && p.required && to.find(p.name) == nullptr) {
      good = c.error(to.whole, "missing-argument", fmt::format("{} needs its {}", f.name, p.name),
                     {fmt::format("it is written {}", f.example)});
    }
  }
  return good;
}

}  // namespace

std::string_view call_name(std::string_view s) {
  const std::size_t bracket = s.find('(');
  s = s.substr(0, bracket);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

std::optional<call> read_call(context& c, slice s, std::string_view group, std::string_view noun) {
  s = s.trimmed();
  const std::string_view v = s.view();
  call result;
  result.whole = s;
  result.name = s.sub(0, call_name(v).size());
  if (s.empty()) {
    c.error(s, "call-form", fmt::format("a {} is expected here", noun), {"known: " + either(form_names(group))});
    return std::nullopt;
  }
  result.what = find_form(group, result.name.view());
  if (result.what == nullptr) {
    const auto names = form_names(group);
    auto notes = guess(result.name.view(), names);
    notes.push_back("known: " + either(names));
    c.error_inside(result.name.empty() ? s : result.name, "unknown-" + std::string(group),
                   fmt::format("no {} is called \"{}\"", noun, result.name.view()), std::move(notes));
    return std::nullopt;
  }
  std::vector<slice> parts;
  if (const std::size_t open = v.find('('); open != std::string_view::npos) {
    int depth = 0;
    std::size_t close = open;
    for (; close < v.size(); ++close) {
      depth += v[close] == '(' ? 1 : v[close] == ')' ? -1 : 0;
      if (depth == 0) break;
    }
    if (close >= v.size()) {
      c.error_inside(s.sub(open, 1), "call-form", "this bracket is never closed");
      return std::nullopt;
    }
    if (close + 1 < v.size()) {
      c.error_inside(s.sub(close + 1).trimmed(), "call-form",
                     fmt::format("\"{}\" stands behind the closing bracket", s.sub(close + 1).trimmed().view()));
      return std::nullopt;
    }
    const slice inside = s.sub(open + 1, close - open - 1);
    if (!inside.trimmed().empty()) parts = split(inside);
  }
  if (!bind(c, result, parts)) return std::nullopt;
  return result;
}

}  // namespace meshgauge::language
