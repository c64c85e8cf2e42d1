#include "reports/text/text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "harness/judge/again.hpp"
#include "harness/judge/numbers.hpp"
#include "router/core/rng.hpp"

namespace meshgauge::reports::text {
namespace {

using judge::check;
using judge::judged;
using judge::unit;
using judge::verdict;

constexpr std::string_view indent = "      ";

enum class paint { none, red, green, yellow };

std::string painted(std::string_view text, paint p, bool colour) {
  if (!colour || p == paint::none) return std::string(text);
  const int code = p == paint::red ? 31 : p == paint::green ? 32 : 33;
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

/// "label     text", further lines under the text; a line over 100 columns is broken before an option.
void labelled(std::string& out, std::string_view label, std::string_view text) {
  bool first = true;
  while (first || !text.empty()) {
    auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    std::size_t skip = end == std::string_view::npos ? text.size() : end + 1;
    if (line.size() > 84) {
      if (const auto at = line.rfind(" --", 84); at != std::string_view::npos && at > 0) {
        line = line.substr(0, at);
        skip = at + 1;
      }
    }
    out += fmt::format("{}{:<10}{}\n", indent, first ? label : "", line);
    text.remove_prefix(skip);
    first = false;
  }
}

void header(std::string& out, const judged& j) {
  out += fmt::format("meshgauge {}  {}  {} x {}  {}  first seed {}\n", j.tool_version, j.scenario,
                     judge::plural(j.variants.size(), "variant", "variants"),
                     judge::plural(j.seeds.size(), "seed", "seeds"),
                     j.engine == scenarios::engine::sim ? "sim" : "live", j.seeds.empty() ? 0 : j.seeds.front());
  if (!j.overrides.empty()) {
    out += "  set";
    for (const auto& [name, value] : j.overrides) out += fmt::format(" {}={}", name, value);
    out += "\n";
  }
  std::size_t width = 0;
  for (const std::string& v : j.variants) width = std::max(width, v.size());
  for (const std::string& v : j.variants) {
    const auto n = std::count_if(j.runs.begin(), j.runs.end(), [&](const auto& r) { return r.variant == v; });
    out += fmt::format("  {:<{}}  {}  done\n", v, width, judge::plural(static_cast<std::uint64_t>(n), "seed", "seeds"));
  }
  out += "\n";
}

/// Medians over seeds, and one digest for all of them: mixed in the order of the seeds.
void summary(std::string& out, const judged& j) {
  std::size_t width = 7;
  for (const std::string& v : j.variants) width = std::max(width, v.size());
  // Live runs have no digest: nothing is promised about their order.
  const bool digests =
      std::any_of(j.runs.begin(), j.runs.end(), [](const judge::run_summary& r) { return r.digest != 0; });
  out += fmt::format("  {:<{}}  {:>10}  {:>8}  {:>8}  {:>9}  {:>9}{}\n", "", width, "requests", "ok", "5xx", "p50",
                     "p99", digests ? "  digest" : "");
  for (const std::string& variant : j.variants) {
    std::vector<double> requests, ok, bad, p50, p99;
    std::uint64_t digest = 0;
    std::size_t runs = 0;
    for (const judge::run_summary& r : j.runs) {
      if (r.variant != variant) continue;
      digest = runs++ == 0 ? r.digest : mix64(digest ^ mix64(r.digest));
      requests.push_back(static_cast<double>(r.requests));
      if (r.requests == 0) continue;
      ok.push_back(static_cast<double>(r.ok) / static_cast<double>(r.requests));
      bad.push_back(static_cast<double>(r.status_5xx) / static_cast<double>(r.requests));
      if (r.p50) p50.push_back(*r.p50);
      if (r.p99) p99.push_back(*r.p99);
    }
    const auto median = [](const std::vector<double>& v, unit u) {
      return v.empty() ? std::string("-") : judge::text_or_none(judge::median_of(v), u);
    };
    out +=
        fmt::format("  {:<{}}  {:>10}  {:>8}  {:>8}  {:>9}  {:>9}{}\n", variant, width, median(requests, unit::count),
                    median(ok, unit::share), median(bad, unit::share), median(p50, unit::time), median(p99, unit::time),
                    digests ? fmt::format("  {:016x}", digest) : std::string());
  }
  out += "\n";
}

std::string title(const check& c) {
  return c.name.empty() ? c.text : fmt::format("{}  ({})", c.text, c.name);
}

void block(std::string& out, const judged& j, const check& c, bool colour) {
  const bool open = c.what == verdict::inconclusive;
  const bool warn = !open && c.severity == scenarios::severity::warn;
  const std::string_view word = open ? "OPEN" : warn ? "WARN" : "FAIL";
  out += fmt::format("{}  {}  {}\n", painted(word, open || warn ? paint::yellow : paint::red, colour), c.variant,
                     title(c));
  if (c.where.line > 0) out += fmt::format("{}{}:{}:{}\n", indent, c.where.file, c.where.line, c.where.column);
  if (!c.because.empty()) labelled(out, "because", c.because);
  if (open) labelled(out, "open", c.reason);
  if (c.median) {
    std::string text = judge::measured_text(c);
    if (const std::string limit = judge::limit_text(c); !limit.empty()) text += "   limit " + limit;
    if (c.seeds.size() > 1 && !open) text += fmt::format("   holds in {} of {}", c.holds_in, c.seeds.size());
    labelled(out, "measured", text);
  }
  if (const std::string paired = judge::paired_text(c); !paired.empty()) labelled(out, "paired", paired);
  if (!c.when.empty()) labelled(out, "when", c.when);
  if (!c.why.empty()) labelled(out, "why", c.why);
  labelled(out, "again", judge::again(j, c));
}

void passes(std::string& out, const judged& j, const options& o) {
  const std::size_t n = j.count(verdict::pass);
  if (n == 0) return;
  const std::string word = painted("pass", paint::green, o.colour);
  if (!o.verbose) {
    const bool more = n < j.checks.size();
    out += fmt::format("{}  {} {}(-v to list)\n", word, n, more ? "more " : "");
    return;
  }
  for (const check& c : j.checks) {
    if (c.what != verdict::pass) continue;
    out += fmt::format("{}  {}  {}\n", word, c.variant, title(c));
    std::string text = judge::measured_text(c);
    if (const std::string limit = judge::limit_text(c); !limit.empty()) text += "   limit " + limit;
    labelled(out, "measured", text);
    if (const std::string paired = judge::paired_text(c); !paired.empty()) labelled(out, "paired", paired);
  }
}

}  // namespace

std::string render(const judged& j, const options& o) {
  std::string out;
  header(out, j);
  summary(out, j);
  for (const std::string& p : j.problems) out += painted("problem: ", paint::red, o.colour) + p + "\n";
  if (!j.problems.empty()) out += "\n";
  for (const verdict what : {verdict::fail, verdict::inconclusive}) {
    for (const check& c : j.checks) {
      if (c.what == what) block(out, j, c, o.colour);
    }
  }
  passes(out, j, o);
  out += "\n";
  for (const std::string& n : o.notes) out += n + "\n";
  if (const std::size_t n = j.warnings(); n != 0) out += fmt::format("warnings: {}\n", n);
  if (const std::size_t n = j.count(verdict::inconclusive); n != 0) out += fmt::format("inconclusive: {}\n", n);
  out += fmt::format("expectations: {} passed, {} failed\n", j.passed(), j.failed());
  return out;
}

}  // namespace meshgauge::reports::text
