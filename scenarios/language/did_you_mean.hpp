#pragma once
/// One guess at what a word was meant to be.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meshgauge::language {

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest candidate, when it is at most a third of the word away. Of two equally near the longer one (else
/// "p999" became "p99", not "p99.9"), then the first.
std::optional<std::string> did_you_mean(std::string_view word, std::span<const std::string> candidates);

/// `did you mean "X"?` as a list of no or one note.
std::vector<std::string> guess(std::string_view word, std::span<const std::string> candidates);

}  // namespace meshgauge::language
