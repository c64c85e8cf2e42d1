#include "scenarios/language/did_you_mean.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace meshgauge::language {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before2, before(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) before[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before2[j - 2] + 1);
    }
    before2 = before;
    before = row;
  }
  return before[b.size()];
}

std::optional<std::string> did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  constexpr std::size_t word_max = 64;  // longer ones are no typing mistakes, and the distance takes quadratic time
  if (word.size() > word_max) return std::nullopt;
  const std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
  std::size_t best = limit + 1;
  const std::string* found = nullptr;
  for (const std::string& c : candidates) {
    if (c.size() > word.size() + limit || c.size() + limit < word.size()) continue;
    const std::size_t distance = edit_distance(word, c);
    // A word of one or two letters is near to everything; there only an added letter counts.
    if (distance == 0 || distance > limit || (word.size() < 3 && c.size() <= word.size())) continue;
    if (distance < best || (distance == best && found != nullptr && c.size() > found->size())) {
      best = distance;
      found = &c;
    }
  }
  return found == nullptr ? std::nullopt : std::optional<std::string>(*found);
}

std::vector<std::string> guess(std::string_view word, std::span<const std::string> candidates) {
  const auto found = did_you_mean(word, candidates);
  if (!found) return {};
  return {fmt::format("did you mean \"{}\"?", *found)};
}

}  // namespace meshgauge::language
