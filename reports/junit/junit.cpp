#include "reports/junit/junit.hpp"

#include <algorithm>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "harness/judge/again.hpp"

namespace meshgauge::reports::junit {
namespace {

using judge::check;
using judge::judged;
using judge::verdict;

void set(pugi::xml_node node, const char* name, std::string_view value) {
  node.append_attribute(name).set_value(allowed_in_xml(value).c_str());
}
void set(pugi::xml_node node, const char* name, std::uint64_t value) {
  set(node, name, fmt::format("{}", value));
}

void property(pugi::xml_node properties, std::string_view name, std::string_view value) {
  pugi::xml_node p = properties.append_child("property");
  set(p, "name", name);
  set(p, "value", value);
}

void text(pugi::xml_node node, std::string_view value) {
  node.append_child(pugi::node_pcdata).set_value(allowed_in_xml(value).c_str());
}

std::string details(const judged& j, const check& c) {
  std::string s;
  const auto line = [&](std::string_view label, std::string_view value) {
    if (!value.empty()) s += fmt::format("{:<9} {}\n", label, value);
  };
  line("expected", c.text);
  line("because", c.because);
  line("open", c.reason);
  if (c.median) line("measured", judge::measured_text(c));
  line("limit", judge::limit_text(c));
  line("paired", judge::paired_text(c));
  if (c.seeds.size() > 1) line("holds", fmt::format("in {} of {} seeds", c.holds_in, c.seeds.size()));
  line("when", c.when);
  line("why", c.why);
  line("again", judge::again(j, c));
  return s;
}

struct counts {
  std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
};

void set_counts(pugi::xml_node node, const counts& n) {
  set(node, "tests", n.tests);
  set(node, "failures", n.failures);
  set(node, "errors", n.errors);
  set(node, "skipped", n.skipped);
}

void test_case(pugi::xml_node suite, const judged& j, const check& c, std::string_view name, const options& o) {
  pugi::xml_node node = suite.append_child("testcase");
  set(node, "classname", fmt::format("{}.{}", j.scenario, c.variant));
  set(node, "name", name);
  if (c.where.line > 0) {
    set(node, "file", c.where.file);
    set(node, "line", static_cast<std::uint64_t>(c.where.line));
  }
  set(node, "time", "0");
  if (c.what == verdict::pass) return;
  const std::string all = details(j, c);
  if (c.what == verdict::inconclusive) {
    pugi::xml_node open = node.append_child(o.allow_inconclusive ? "skipped" : "error");
    set(open, "message", "inconclusive: " + c.reason);
    if (!o.allow_inconclusive) set(open, "type", "inconclusive");
    text(open, all);
  } else if (c.severity == scenarios::severity::warn) {
    text(node.append_child("system-out"), "warning: does not hold\n" + all);
  } else {
    pugi::xml_node failure = node.append_child("failure");
    set(failure, "message", fmt::format("measured {}, limit {}", judge::measured_text(c), judge::limit_text(c)));
    set(failure, "type", "expectation");
    text(failure, all);
  }
}

counts suite_of(pugi::xml_node suites, const judged& j, const std::string& variant, const options& o) {
  counts n;
  std::vector<const check*> mine;
  for (const check& c : j.checks) {
    if (c.variant != variant) continue;
    mine.push_back(&c);
    ++n.tests;
    n.failures += c.what == verdict::fail && c.severity == scenarios::severity::fail;
    (o.allow_inconclusive ? n.skipped : n.errors) += c.what == verdict::inconclusive;
  }
  pugi::xml_node suite = suites.append_child("testsuite");
  set(suite, "name", fmt::format("{}.{}", j.scenario, variant));
  set_counts(suite, n);
  set(suite, "time", "0");
  pugi::xml_node properties = suite.append_child("properties");
  property(properties, "version", j.tool_version);
  property(properties, "engine", j.engine == scenarios::engine::sim ? "sim" : "live");
  property(properties, "first-seed", j.seeds.empty() ? "" : fmt::format("{}", j.seeds.front()));
  property(properties, "seeds", fmt::format("{}", j.seeds.size()));
  for (const auto& [name, value] : j.params) property(properties, "param." + name, value);
  for (const std::string& path : o.attachments) property(properties, "attachment", path);
  std::set<std::string> names;
  for (const check* c : mine) {
    std::string name = c->name.empty() ? c->text : c->name;
    if (!names.insert(name).second) name = fmt::format("{} (expectation {})", name, c->number);
    names.insert(name);
    test_case(suite, j, *c, name, o);
  }
  std::string out;
  for (const std::string& path : o.attachments) out += fmt::format("[[ATTACHMENT|{}]]\n", path);
  if (!out.empty()) text(suite.append_child("system-out"), out);
  return n;
}

}  // namespace

std::string allowed_in_xml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = byte < 0x80             ? 1
                               : (byte & 0xe0) == 0xc0 ? 2
                               : (byte & 0xf0) == 0xe0 ? 3
                               : (byte & 0xf8) == 0xf0 ? 4
                                                       : 0;
    if (length == 0 || i + length > text.size()) {
      ++i;
      continue;
    }
    std::uint32_t code = length == 1 ? byte : byte & (0xffU >> (length + 1));
    bool whole = true;
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      whole = whole && (next & 0xc0) == 0x80;
      code = code << 6 | (next & 0x3fU);
    }
    constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (!whole || code < least[length]) {
      ++i;
      continue;
    }
    const bool control = code < 0x20 && code != '\t' && code != '\n' && code != '\r';
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (!control && !surrogate && code != 0xfffe && code != 0xffff && code <= 0x10ffff) out += text.substr(i, length);
    i += length;
  }
  return out;
}

std::string render(const judged& j, const options& o) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  set(declaration, "version", "1.0");
  set(declaration, "encoding", "UTF-8");
  pugi::xml_node suites = document.append_child("testsuites");
  set(suites, "name", j.scenario);
  counts all;
  for (const std::string& v : j.variants) {
    const counts n = suite_of(suites, j, v, o);
    all.tests += n.tests;
    all.failures += n.failures;
    all.errors += n.errors;
    all.skipped += n.skipped;
  }
  set_counts(suites, all);
  std::ostringstream out;
  document.save(out, "  ", pugi::format_indent, pugi::encoding_utf8);
  return out.str();
}

}  // namespace meshgauge::reports::junit
