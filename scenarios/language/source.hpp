#pragma once
/// The text of one scenario file, and where in it something stands.
///
/// Everything that reads a scenario keeps byte offsets (`span`); they become lines and columns only when a diagnostic
/// is written, here, so that no reader has to count. Columns count characters, not bytes, as editors do.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/model/scenario.hpp"

namespace meshgauge::language {

/// Bytes [begin, end) of a source; {0, 0} with `nowhere` for what no file says.
struct span {
  std::size_t begin = 0, end = 0;
  bool nowhere() const { return end == 0; }
  bool operator==(const span&) const = default;
};

class source {
 public:
  source(std::string file, std::string text);

  const std::string& file() const { return file_; }
  const std::string& text() const { return text_; }

  /// Line and column of a byte, from 1. An offset behind the end stands behind the last character.
  scenarios::location at(std::size_t offset) const;
  /// The line (from 1) without its end.
  std::string_view line(int number) const;
  /// Byte offset of the beginning of a line (from 1).
  std::size_t line_begin(int number) const { return lines_[static_cast<std::size_t>(number - 1)]; }

 private:
  std::string file_, text_;
  std::vector<std::size_t> lines_;
};

/// Offset of the first byte that is not UTF-8 (or is NUL); npos when there is none.
std::size_t first_bad_utf8(std::string_view text);

/// Characters (code points) of valid UTF-8.
std::size_t characters(std::string_view text);

}  // namespace meshgauge::language
