#include "harness/judge/again.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "harness/judge/numbers.hpp"

namespace meshgauge::judge {
namespace {

/// As a POSIX shell takes it.
std::string quoted(std::string_view word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+%@";
  if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos) return std::string(word);
  std::string s = "'";
  for (const char c : word) {
    if (c == '\'') {
      s += "'\\''";
    } else {
      s += c;
    }
  }
  return s + "'";
}

}  // namespace

std::string again(const judged& j, const check& c) {
  std::string s = "meshgauge run " + quoted(j.file);
  for (const auto& [name, value] : j.overrides) s += " --set " + quoted(fmt::format("{}={}", name, value));
  if (j.engine != j.file_engine) s += fmt::format(" --engine {}", j.engine == scenarios::engine::sim ? "sim" : "live");
  if (j.variants.size() > 1 && c.rule != scenarios::judge_rule::ci) s += " --variant " + quoted(c.variant);
  if (c.rule == scenarios::judge_rule::ci) {
    if (!j.seeds.empty()) s += fmt::format(" --seed {} --seeds {}", j.seeds.front(), j.seeds.size());
  } else if (c.first_failing_seed) {
    s += fmt::format(" --seed {} --seeds 1", *c.first_failing_seed);
  } else if (!c.seeds.empty()) {
    s += fmt::format(" --seed {} --seeds {}", c.seeds.front().seed, c.seeds.size());
  }
  return s + fmt::format(" --only {}", c.number);
}

std::string measured_text(const check& c) {
  if (!c.median) return "nothing";
  std::string s = text_of(*c.median, c.unit);
  std::vector<std::string> notes;
  if (c.in_slices) notes.emplace_back("worst slice");
  const auto n = static_cast<std::size_t>(
      std::count_if(c.seeds.begin(), c.seeds.end(), [](const seed_value& v) { return v.measured.has_value(); }));
  if (n > 1) {
    notes.push_back(fmt::format("median of {} seeds", n));
    notes.push_back(range_text(*c.min, *c.max, c.unit));
  }
  if (!notes.empty()) s += fmt::format("  ({})", fmt::join(notes, ", "));
  return s;
}

std::string limit_text(const check& c) {
  return c.limit_min ? range_text(*c.limit_min, *c.limit_max, c.unit) : std::string();
}

std::string paired_text(const check& c) {
  if (c.rule != scenarios::judge_rule::ci || !c.ratio) return {};
  return fmt::format("{} x the limit, 95 % interval {} ... {}, {} paired seeds", digits(c.ratio->median),
                     digits(c.ratio->low), digits(c.ratio->high), c.seeds.size());
}

}  // namespace meshgauge::judge
