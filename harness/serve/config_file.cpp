#include "harness/serve/config_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "harness/serve/route_rule.hpp"
#include "harness/serve/settings.hpp"
#include "router/registry/codec.hpp"
#include "scenarios/language/did_you_mean.hpp"
#include "scenarios/language/readers.hpp"

namespace meshgauge::serve {
namespace {

using language::member;
using language::node;
using type = node::type;

constexpr std::size_t file_size_max = 4U << 20U;

language::span place_of(const node& n) {
  return n.is(type::object) || n.is(type::list) ? language::opening(n) : n.at;
}

class reader {
 public:
  reader(language::sink& out, config& to) : out_(out), to_(to) {}

  void whole(const node& root) {
    if (!object(root, "the file")) return;
    for (const member& m : root.members) {
      if (out_.enough()) return;
      if (const setting* s = find_setting(m.key)) {
        single(m, *s);
      } else if (m.key == "instances") {
        instances(m.value);
      } else if (m.key == "routes") {
        routes(m.value);
      } else if (m.key == "upgrades") {
        tokens(m, to_.router.upgrades);
      } else if (m.key == "trailers") {
        tokens(m, to_.router.trailers);
      } else {
        unknown(m);
      }
    }
  }

  void instances(const node& n) {
    if (!object(n, "\"instances\"")) return;
    for (const member& m : n.members) {
      if (out_.enough()) return;
      if (const auto p = service_problem(m.key)) {
        say(m.at, m.key, *p);
        continue;
      }
      if (!list(m.value, fmt::format("the instances of \"{}\" are a list of addresses", m.key))) continue;
      auto& all = to_.instances[m.key];
      all.clear();
      for (const node& item : m.value.items) {
        net::endpoint at;
        if (!text(item, "an address is a text, such as \"127.0.0.1:9001\"")) continue;
        if (const auto p = read_instance(item.value.value, at)) {
          say(item.at, m.key, *p);
        } else {
          all.push_back(at);
        }
      }
    }
  }

 private:
  void say(language::span at, std::string_view key, const problem& p) {
    out_.error(at, p.id, fmt::format("\"{}\": {}", key, p.text), p.notes);
  }
  bool kind(const node& n, type wanted, std::string_view expected) {
    if (n.is(wanted)) return true;
    out_.error(place_of(n), "wrong-kind", fmt::format("{}, but here is {}", expected, language::name_of(n.kind)));
    return false;
  }
  bool list(const node& n, std::string_view expected) { return kind(n, type::list, expected); }
  bool text(const node& n, std::string_view expected) { return kind(n, type::string, expected); }
  /// An object without repeated keys.
  bool object(const node& n, std::string_view label) {
    if (!kind(n, type::object, fmt::format("{} is an object", label))) return false;
    for (const member& m : n.members) {
      const member* first = n.find_member(m.key);
      if (first == &m) continue;
      out_.error(m.at, "duplicate-key", fmt::format("\"{}\" is given twice", m.key),
                 {fmt::format("first given on line {}", out_.source().at(first->at.begin).line)});
    }
    return true;
  }

  void unknown(const member& m) {
    std::vector<std::string> names{"instances", "routes", "upgrades", "trailers"};
    for (const setting& s : settings()) names.emplace_back(s.name);
    auto notes = language::guess(m.key, names);
    if (m.key == "instance" || m.key == "route" || m.key == "upgrade" || m.key == "trailer")
      notes = {fmt::format("did you mean \"{}s\"?", m.key)};
    out_.error(m.at, "unknown-key", fmt::format("unknown key \"{}\"", m.key), std::move(notes));
  }

  void single(const member& m, const setting& s) {
    const node& n = m.value;
    const bool a_switch = s.takes.empty();
    if (a_switch) {
      if (!kind(n, type::boolean, fmt::format("\"{}\" is true or false", s.name))) return;
    } else if (!n.is(type::string) && !n.is(type::number)) {
      text(n, fmt::format("\"{}\" takes {}", s.name, s.takes));
      return;
    }
    const std::string value = a_switch ? (n.flag ? "true" : "false") : n.value.value;
    if (const auto p = s.read(to_, value)) say(n.at, s.name, *p);
  }

  void routes(const node& n) {
    if (!list(n, "\"routes\" is a list of rules")) return;
    to_.routes.clear();
    for (const node& item : n.items) {
      if (out_.enough()) return;
      route(item);
    }
  }

  void route(const node& n) {
    static const std::vector<std::string> names{"path", "host", "header", "value", "service", "strip"};
    if (!object(n, "a rule of \"routes\"")) return;
    proxy::route r;
    bool good = true;
    for (const member& m : n.members) {
      const auto which = static_cast<std::size_t>(std::find(names.begin(), names.end(), m.key) - names.begin());
      if (which == names.size()) {
        out_.error(m.at, "unknown-key", fmt::format("unknown key \"{}\" in a rule of \"routes\"", m.key),
                   language::guess(m.key, names));
        good = false;
      } else if (m.key == "strip") {
        good = kind(m.value, type::boolean, "\"strip\" is true or false") && good;
        r.strip = m.value.flag;
      } else if (!text(m.value, fmt::format("\"{}\" is a text", m.key))) {
        good = false;
      } else {
        std::string* const places[] = {&r.prefix, &r.host, &r.header, &r.header_value, &r.service};
        *places[which] = m.value.value.value;
      }
    }
    if (!good) return;
    if (const auto p = route_problem(r)) {
      out_.error(place_of(n), p->id, p->text, p->notes);
    } else {
      to_.routes.push_back(std::move(r));
    }
  }

  void tokens(const member& m, std::vector<std::string>& to) {
    if (!list(m.value, fmt::format("\"{}\" is a list of names", m.key))) return;
    to.clear();
    for (const node& item : m.value.items) {
      if (!text(item, fmt::format("each of \"{}\" is a text", m.key))) continue;
      if (!http::is_token(item.value.value)) {
        out_.error(item.at, "name-form", fmt::format("\"{}\" is no name that HTTP allows here", item.value.value));
        continue;
      }
      to.push_back(lower_case(item.value.value));
    }
  }

  language::sink& out_;
  config& to_;
};

language::diagnostic refused(const std::string& file, std::string_view id, std::string text) {
  language::diagnostic d;
  d.where.file = file;
  d.id = id;
  d.text = std::move(text);
  return d;
}

bool is_yaml(const std::string& name, std::string_view text) {
  if (name.ends_with(".yaml") || name.ends_with(".yml")) return true;
  if (name.ends_with(".json")) return false;
  const auto begin = text.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && text[begin] != '{' && text[begin] != '/';
}

template <class Use>
std::vector<language::diagnostic> read_text(std::string text, const std::string& name, Use use) {
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  if (const std::size_t bad = language::first_bad_utf8(text); bad != std::string::npos) {
    auto d = refused(name, "not-text",
                     fmt::format("this is no UTF-8 text: byte 0x{:02x}", static_cast<unsigned char>(text[bad])));
    d.where = language::source(name, text).at(bad);
    return {std::move(d)};
  }
  const language::source src(name, std::move(text));
  language::sink out(src);
  const auto root = is_yaml(name, src.text()) ? language::read_yaml(out) : language::read_json(out);
  if (root) use(out, *root);
  return out.take();
}

/// The file's text, or why not.
std::optional<language::diagnostic> load(const std::string& path, std::string& text) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return refused(path, "no-file", "this is a directory");
  std::ifstream in(path, std::ios::binary);
  if (!in) return refused(path, "no-file", "there is no such file, or it cannot be read");
  char block[65536];
  while (in.read(block, sizeof block), in.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(in.gcount()));
    if (text.size() > file_size_max) return refused(path, "too-large", "this file is larger than 4 MiB");
  }
  return std::nullopt;
}

}  // namespace

maybe_problem read_instance(std::string_view text, net::endpoint& to) {
  const auto at = net::parse_endpoint(text);
  if (!at || at->port == 0)
    return problem{"wrong-form",
                   fmt::format("HOST:PORT with a numeric address is expected, but here is \"{}\"", text),
                   {"write 127.0.0.1:9001 or [::1]:9001"}};
  to = *at;
  return std::nullopt;
}

maybe_problem service_problem(std::string_view name) {
  if (registry::valid_name(name)) return std::nullopt;
  return problem{"name-form",
                 fmt::format("a service's name is 1 to 128 letters, digits and -_.~:@, but here is \"{}\"", name)};
}

std::vector<language::diagnostic> read_config_text(std::string text, const std::string& name, config& to) {
  return read_text(std::move(text), name, [&](language::sink& out, const node& root) { reader(out, to).whole(root); });
}

std::vector<language::diagnostic> read_instances_text(std::string text, const std::string& name, config& to) {
  return read_text(std::move(text), name,
                   [&](language::sink& out, const node& root) { reader(out, to).instances(root); });
}

std::vector<language::diagnostic> read_config(const std::string& path, config& to) {
  std::string text;
  if (auto wrong = load(path, text)) return {std::move(*wrong)};
  return read_config_text(std::move(text), path, to);
}

std::vector<language::diagnostic> read_instances(const std::string& path, config& to) {
  std::string text;
  if (auto wrong = load(path, text)) return {std::move(*wrong)};
  return read_instances_text(std::move(text), path, to);
}

}  // namespace meshgauge::serve
