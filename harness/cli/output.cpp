#include "harness/cli/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "scenarios/language/did_you_mean.hpp"

namespace meshgauge::cli {

std::vector<std::string> output_kinds() {
  return {"json", "junit", "text"};
}

std::optional<std::string> parse_output(std::string_view text, output& out) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals + 1 == text.size()) {
    return fmt::format("-o takes KIND=PATH, as in -o json=result.json, but here is \"{}\"", text);
  }
  out.kind = text.substr(0, equals);
  out.path = text.substr(equals + 1);
  const auto kinds = output_kinds();
  if (std::find(kinds.begin(), kinds.end(), out.kind) != kinds.end()) return std::nullopt;
  return fmt::format("there is no report of kind \"{}\"; there are {}", out.kind, fmt::join(kinds, ", "));
}

std::optional<std::string> write_file(const std::string& path, std::string_view content) {
  if (path == "-") {
    std::fwrite(content.data(), 1, content.size(), stdout);
    return std::nullopt;
  }
  std::error_code ec;
  const std::filesystem::path p(path);
  if (p.has_parent_path()) std::filesystem::create_directories(p.parent_path(), ec);
  std::ofstream file(p, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.flush();
  if (!file) return fmt::format("cannot write {}", path);
  return std::nullopt;
}

}  // namespace meshgauge::cli
