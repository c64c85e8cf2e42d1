#include "scenarios/language/pages.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "router/core/cause.hpp"
#include "scenarios/language/errors.hpp"
#include "scenarios/language/forms.hpp"
#include "scenarios/language/keys.hpp"
#include "scenarios/language/metrics.hpp"
#include "scenarios/language/verbs.hpp"

namespace meshgauge::language {
namespace {

constexpr std::string_view groups[] = {"distribution", "arrivals", "discovery", "outage",
                                       "balance",      "retry",    "pool",      "fault"};

std::string group_noun(std::string_view group) {
  if (group == "balance") return "balancing policy";
  if (group == "discovery") return "way of discovery";
  if (group == "outage") return "behaviour in an outage of the registry";
  if (group == "retry") return "retry rule";
  return std::string(group);
}

std::string line(std::string_view left, std::string_view right) {
  return left.size() > 34 ? fmt::format("  {}\n  {:34}  {}\n", left, "", right)
                          : fmt::format("  {:34}  {}\n", left, right);
}

std::string forms_of(std::string_view group) {
  std::string result;
  for (const form& f : forms()) {
    if (f.group == group) result += line(f.example, f.doc);
  }
  return result;
}

std::string parts_text(const metric_row& m) {
  std::string result;
  for (const metric_part& p : m.parts) {
    if (!p.name.empty()) result += fmt::format("{}.{}", result.empty() ? "" : " ", p.name);
  }
  return result;
}

const verb_row& as_verb(std::string_view name) {
  return *find_verb(name);
}

std::string describe_key(const key& k) {
  std::string r = fmt::format("{}: a key of {}\n\n  {}\n  Holds {}: {}\n", k.name, describe_place(k.where), k.doc,
                              noun_of(k.what), how_to_write(k.what));
  if (k.required) r += "  Required.\n";
  if (!k.standard.empty()) r += fmt::format("  Default: {}\n", k.standard);
  if (k.sim_only) r += "  Only in `sim`.\n";
  if (!k.child.empty()) {
    r += "\n";
    for (const key* child : keys_of(k.child)) r += line(child->name, child->doc);
  }
  return r;
}

std::string describe_form(const form& f) {
  std::string r = fmt::format("{}: a {}\n\n  {}\n  Example: {}\n", f.name, group_noun(f.group), f.doc, f.example);
  for (const parameter& p : f.parameters) {
    r += line(p.positional ? std::string(p.name) : fmt::format("{}=", p.name),
              p.required           ? "required"
              : p.standard.empty() ? "optional"
                                   : fmt::format("default {}", p.standard));
  }
  return r;
}

std::string describe_metric(const metric_row& m) {
  std::string r = fmt::format("{}: a metric\n\n  {}\n", m.root, m.doc);
  for (const metric_part& p : m.parts)
    r += line(p.name.empty() ? std::string(m.root) : fmt::format("{}.{}", m.root, p.name), name_of(p.kind));
  if (m.takes_target) r += "  Takes a target in braces: share{payments/3}\n";
  const bool counted =
      std::any_of(m.parts.begin(), m.parts.end(), [](const metric_part& p) { return p.kind == measure::counted; });
  if (counted) {
    r += "\n  The unit on the other side decides how it is read: \"<= 10\" as a count, \"<= 0.1%\" as a\n"
         "  share of the requests, \"<= 5/s\" as a rate.\n";
  }
  return r;
}

}  // namespace

std::vector<std::string> list_kinds() {
  return {"metrics", "faults", "distributions", "arrivals", "policies", "expectations", "verbs", "keys", "errors"};
}

std::string list_page(std::string_view kind) {
  std::string r;
  if (kind == "metrics") {
    for (const metric_row& m : metrics())
      r += line(m.parts.size() == 1 && m.parts[0].name.empty() ? std::string(m.root)
                                                               : fmt::format("{} {}", m.root, parts_text(m)),
                m.doc);
  } else if (kind == "faults") {
    r = forms_of("fault");
  } else if (kind == "distributions") {
    r = forms_of("distribution");
  } else if (kind == "arrivals") {
    r = forms_of("arrivals");
  } else if (kind == "policies") {
    for (std::string_view group : {"discovery", "outage", "balance", "retry", "pool"})
      r += fmt::format("{}{}\n{}", r.empty() ? "" : "\n", group == "outage" ? "on-outage" : group, forms_of(group));
  } else if (kind == "verbs") {
    for (const verb_row& v : verbs()) r += line(v.name, find_key("event", v.name)->doc);
  } else if (kind == "errors") {
    for (const error_row& e : errors()) r += line(e.id, e.doc);
  } else if (kind == "keys") {
    for (std::string_view where : places()) {
      r += fmt::format("{}{}\n", r.empty() ? "" : "\n", describe_place(where));
      for (const key* k : keys_of(where)) r += line(k->name, k->doc);
    }
  } else if (kind == "expectations") {
    r = "  METRIC <= LIMIT                     over all measured phases\n"
        "  ... during W                        over a phase or a named event\n"
        "  ... from A to B                     between two moments: outage + 31s, outage.end\n"
        "  ... in every 1s of W [from A]       in each slice of a window\n"
        "  ... within 5s after A [until B]     in every second from then on\n"
        "  VARIANT.METRIC                      of one variant; naming two compares them\n"
        "  METRIC@W                            of another window\n"
        "  METRIC{payments/3}                  of one target\n"
        "  comparisons == != < <= > >=, arithmetic + - * / between blanks, brackets\n";
  }
  return r;
}

std::optional<std::string> describe_page(std::string_view name) {
  std::string r;
  const auto add = [&](const std::string& page) { r += (r.empty() ? "" : "\n") + page; };
  for (const form& f : forms()) {
    if (f.name == name) add(describe_form(f));
  }
  if (const metric_row* m = find_metric(name.substr(0, name.find('.')))) {
    const bool part =
        name.find('.') == std::string_view::npos || find_part(*m, name.substr(name.find('.') + 1)) != nullptr;
    if (part) add(describe_metric(*m));
  }
  for (const key& k : keys()) {
    if (k.name != name) continue;
    std::string page = describe_key(k);
    if (k.where == "event" && find_verb(name) != nullptr) {
      const verb_row& v = as_verb(name);
      page += fmt::format("  A verb. Example: {}\n", v.example);
      if (!v.details.empty()) page += fmt::format("  Details: {}\n", fmt::join(v.details, ", "));
      page +=
          v.lasts ? "  Lasts: with `during` or `for` it ends again.\n" : "  Happens at one moment: only with `at`.\n";
    }
    add(page);
  }
  if (r.empty()) return std::nullopt;
  return r;
}

std::vector<std::string> described_names() {
  std::vector<std::string> names;
  for (const key& k : keys()) names.emplace_back(k.name);
  for (const form& f : forms()) names.emplace_back(f.name);
  for (const metric_row& m : metrics()) names.emplace_back(m.root);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::optional<std::string> explain_page(std::string_view id) {
  if (const error_row* e = find_error(id)) {
    std::string r = fmt::format("{}\n\n  {}\n", e->id, e->doc);
    if (!e->wrong.empty()) r += fmt::format("\n  instead of  {}\n  write       {}\n", e->wrong, e->right);
    return r;
  }
  if (const auto c = cause_named(id); c && *c != cause::none) {
    const unsigned status = status_of(*c);
    return fmt::format(
        "{}: a cause\n\n  Requests that failed so end with the outcome \"{}\"{}.\n  Count them: cause.{}\n", id,
        name_of(outcome_of(*c)),
        status == 0 ? "" : fmt::format(" and, when nobody else answered, the status {}", status), id);
  }
  return std::nullopt;
}

std::vector<std::string> explained_ids() {
  std::vector<std::string> ids;
  for (const error_row& e : errors()) ids.emplace_back(e.id);
  for (std::size_t i = 1; i < cause_count; ++i) ids.emplace_back(name_of(static_cast<cause>(i)));
  return ids;
}

std::string reference() {
  std::string r;
  const auto escaped = [](std::string_view s) {
    std::string to;
    for (char c : s) to += c == '|' ? std::string("\\|") : std::string(1, c);
    return to;
  };
  r += "### Keys\n";
  for (std::string_view where : places()) {
    r += fmt::format("\n#### {}\n\n| Key | Holds | Default | |\n|---|---|---|---|\n", describe_place(where));
    for (const key* k : keys_of(where)) {
      r += fmt::format("| `{}` | {} | {} | {}{} |\n", k->name, noun_of(k->what),
                       k->required ? "**required**" : escaped(k->standard), escaped(k->doc),
                       k->sim_only ? " Only in `sim`." : "");
    }
  }
  r += "\n### Verbs\n\n| Verb | Details | Lasts | Example |\n|---|---|---|---|\n";
  for (const verb_row& v : verbs())
    r +=
        fmt::format("| `{}` | {} | {} | `{}` |\n", v.name, fmt::join(v.details, ", "), v.lasts ? "yes" : "", v.example);
  for (std::string_view group : groups) {
    std::string title = group_noun(group);
    title[0] = static_cast<char>(title[0] - 'a' + 'A');
    r += fmt::format("\n### {}\n\n| Example | |\n|---|---|\n", title);
    for (const form& f : forms()) {
      if (f.group == group) r += fmt::format("| `{}` | {} |\n", f.example, escaped(f.doc));
    }
  }
  r += "\n### Metrics\n\n| Metric | Parts | Read as | |\n|---|---|---|---|\n";
  for (const metric_row& m : metrics())
    r += fmt::format("| `{}` | {} | {} | {} |\n", m.root, parts_text(m), name_of(m.parts[0].kind), escaped(m.doc));
  r += "\n### Errors and warnings\n\n| Id | |\n|---|---|\n";
  for (const error_row& e : errors()) r += fmt::format("| `{}` | {} |\n", e.id, escaped(e.doc));
  return r;
}

}  // namespace meshgauge::language
