#include <algorithm>

#include "scenarios/language/expression.hpp"

namespace meshgauge::language {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string result;
  for (const std::string& n : names) result += (result.empty() ? "" : ", ") + n;
  return result;
}

unit unit_of(measure m) {
  switch (m) {
    case measure::count:
      return unit::count;
    case measure::counted:
      return unit::counted;
    case measure::rate:
      return unit::rate;
    case measure::share:
      return unit::share;
    case measure::factor:
      return unit::number;
    case measure::time:
      return unit::time;
  }
  return unit::number;
}

std::vector<std::string> variant_names(const surroundings& around) {
  std::vector<std::string> names;
  for (const auto& v : around.scenario.variants) names.push_back(v.name);
  return names;
}

bool unknown_root(context& c, slice first, slice rest, const surroundings& around) {
  const std::string_view next = rest.view().substr(0, rest.view().find('.'));
  const auto variants = variant_names(around);
  if (find_metric(next) != nullptr) {
    auto notes = guess(first.view(), variants);
    notes.push_back("variants in this scenario: " + joined(variants));
    return c.error_inside(first, "unknown-variant", fmt::format("no variant \"{}\"", first.view()), std::move(notes));
  }
  const auto roots = metric_roots();
  auto notes = guess(first.view(), roots);
  if (notes.empty()) notes.push_back("metrics: " + joined(roots));
  return c.error_inside(first, "unknown-metric", fmt::format("no metric is called \"{}\"", first.view()),
                        std::move(notes));
}

bool unknown_part(context& c, slice root, slice part, const metric_row& row) {
  const auto parts = part_names(row);
  if (part.empty()) {
    const std::string example = parts.empty()                                                 ? "v2"
                                : std::find(parts.begin(), parts.end(), "p99") != parts.end() ? "p99"
                                                                                              : parts.front();
    return c.error_inside(root, "unknown-metric",
                          fmt::format("\"{}\" needs one of its parts, as in \"{}.{}\"", row.root, row.root, example),
                          parts.size() <= 24 && !parts.empty() ? std::vector<std::string>{"parts: " + joined(parts)}
                                                               : std::vector<std::string>{});
  }
  std::vector<std::string> notes;
  if (const auto g = did_you_mean(part.view(), parts))
    notes.push_back(fmt::format("did you mean \"{}.{}\"?", row.root, *g));
  if (notes.empty() && !parts.empty() && parts.size() <= 24) notes.push_back("parts: " + joined(parts));
  return c.error_inside(part, "unknown-metric", fmt::format("\"{}\" has no \"{}\"", row.root, part.view()),
                        std::move(notes));
}

bool known_version(context& c, slice part, const surroundings& around) {
  std::vector<std::string> versions;
  const auto add = [&](const std::string& v) {
    if (!v.empty() && std::find(versions.begin(), versions.end(), v) == versions.end()) versions.push_back(v);
  };
  for (const auto& f : around.scenario.fleets) add(f.version);
  for (const auto& e : around.scenario.timeline) add(e.version);
  if (std::find(versions.begin(), versions.end(), part.view()) != versions.end()) return true;
  auto notes = guess(part.view(), versions);
  notes.push_back(versions.empty() ? "no fleet has a \"version\"" : "versions in this scenario: " + joined(versions));
  return c.error_inside(part, "unknown-version", fmt::format("no fleet ever has version \"{}\"", part.view()),
                        std::move(notes));
}

bool read_on(context& c, slice name, slice inside, const metric_row& row, const metric_part& part,
             const surroundings& around, scenarios::selector& to) {
  if (!row.takes_target) {
    return c.error_inside(inside, "no-target-here", fmt::format("\"{}\" is not measured for one target", name.view()),
                          {"only share{...} is"});
  }
  target_wants wants{.drawn = false, .who = name.view()};
  wants.part = part.name.empty();
  auto t = read_target(c, inside, around.hosts, wants);
  if (!t) return false;
  to.on = std::move(*t);
  return true;
}

}  // namespace

std::optional<sided> read_selector(context& c, slice word, const surroundings& around) {
  sided result;
  result.at = word;
  scenarios::term t;
  t.op = scenarios::term::kind::selector;
  scenarios::selector& s = t.selector;

  const std::size_t at = word.view().find('@');
  slice name = word.sub(0, at);
  slice inside;
  bool braces = false;
  if (const std::size_t open = name.view().find('{'); open != std::string_view::npos) {
    if (!name.view().ends_with('}')) {
      c.error_inside(name.sub(open, 1), "expectation-form", "this '{' is never closed",
                     {"a target is written share{payments/3}"});
      return std::nullopt;
    }
    inside = name.sub(open + 1, name.size() - open - 2);
    name = name.sub(0, open);
    braces = true;
  }
  std::size_t dot = std::min(name.view().find('.'), name.size());
  slice first = name.sub(0, dot), rest = name.sub(dot + 1);
  const auto& variants = around.scenario.variants;
  const bool is_variant =
      std::any_of(variants.begin(), variants.end(), [&](const auto& v) { return v.name == first.view(); });
  if (is_variant && dot < name.size()) {
    s.variant = first.str();
    name = rest;
    dot = std::min(name.view().find('.'), name.size());
    first = name.sub(0, dot);
    rest = name.sub(dot + 1);
  }
  const metric_row* row = find_metric(first.view());
  if (row == nullptr) {
    unknown_root(c, first.empty() ? word : first, rest, around);
    return std::nullopt;
  }
  const metric_part* part = find_part(*row, rest.view());
  if (part == nullptr || (dot < name.size() && rest.empty())) {
    unknown_part(c, first, rest, *row);
    return std::nullopt;
  }
  if (row->root == "version" && !known_version(c, rest, around)) return std::nullopt;
  if (braces && !read_on(c, name, inside, *row, *part, around, s)) return std::nullopt;
  if (!braces && row->takes_target && part->name.empty()) {
    c.error_inside(name, "needs-target", "\"share\" needs a target: whose share?",
                   {"write share{payments/3}, or share.max_over_mean for the spread"});
    return std::nullopt;
  }
  if (at != std::string_view::npos) {
    const slice window = word.sub(at + 1);
    if (!read_window(c, window.empty() ? word.sub(at, 1) : window, around.windows)) return std::nullopt;
    s.window = window.str();
  }
  s.metric = name.str();
  result.unit = unit_of(part->kind);
  result.metric = row;
  result.part = part;
  result.selectors = {word};
  if (result.unit == unit::counted) result.open = {0};
  result.terms.push_back(std::move(t));
  return result;
}

}  // namespace meshgauge::language
