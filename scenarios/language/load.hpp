#pragma once
/// The language's front door: a scenario file in, a checked scenario or diagnostics out.
///
/// Nothing throws; whatever stands in the file, the answer is a value. Errors leave `scenario` empty, warnings do not.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/language/diagnostic.hpp"
#include "scenarios/model/scenario.hpp"

namespace meshgauge::language {

struct load_options {
  std::vector<std::pair<std::string, std::string>> set;  ///< name, value; stronger than the file's
  std::optional<scenarios::engine> engine;               ///< instead of the file's
};

struct loaded {
  std::optional<scenarios::scenario> scenario;
  std::vector<diagnostic> diagnostics;  ///< in the order of the file
  std::string
      expanded;  ///< the file as JSON with parameters replaced; empty when there are errors. Loads to the same scenario
};

/// Files above this many bytes are refused.
inline constexpr std::size_t file_size_max = 4U << 20U;

/// Reads `*.yaml` and `*.yml` as YAML, anything else as JSON with comments.
loaded load_file(const std::string& path, const load_options& options = {});
loaded load_text(std::string text, const std::string& file, const load_options& options = {});

}  // namespace meshgauge::language
