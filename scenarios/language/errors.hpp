#pragma once
/// Every id that a diagnostic can carry, with what `explain ID` says. Ids are stable: scripts and readers know them.

#include <span>
#include <string_view>

namespace meshgauge::language {

struct error_row {
  std::string_view id;
  std::string_view doc;
  std::string_view wrong = {}, right = {};  ///< an example and its cure
};

std::span<const error_row> errors();
const error_row* find_error(std::string_view id);

}  // namespace meshgauge::language
