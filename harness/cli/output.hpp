#pragma once
/// `-o KIND=PATH`: where reports go.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meshgauge::cli {

struct output {
  std::string kind;  ///< "json", "junit", "text"
  std::string path;  ///< "-": stdout
};

std::vector<std::string> output_kinds();
/// \return what is wrong with the text, or nothing.
std::optional<std::string> parse_output(std::string_view text, output& out);

/// Writes a whole file, making its directories; "-" is stdout. \return what went wrong, or nothing.
std::optional<std::string> write_file(const std::string& path, std::string_view content);

}  // namespace meshgauge::cli
