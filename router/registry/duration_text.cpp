#include "router/registry/duration_text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

namespace meshgauge::registry {
namespace {
constexpr std::array<std::pair<std::string_view, std::int64_t>, 6> units = {{{"h", 3'600'000'000'000},
                                                                             {"m", 60'000'000'000},
                                                                             {"s", 1'000'000'000},
                                                                             {"ms", 1'000'000},
                                                                             {"us", 1'000},
                                                                             {"ns", 1}}};
}

std::string to_text(duration d) {
  if (d == duration::zero()) return "0s";
  for (const auto& [name, size] : units)
    if (d.count() % size == 0) return fmt::format("{}{}", d.count() / size, name);
  return {};
}

std::optional<duration> parse_duration(std::string_view text, duration max) {
  std::uint64_t number = 0;
  const auto [rest, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc()) return {};
  const std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  for (const auto& [name, size] : units) {
    if (unit != name) continue;
    if (number > static_cast<std::uint64_t>(max.count() / size)) return {};
    return duration(static_cast<std::int64_t>(number) * size);
  }
  return {};
}

}  // namespace meshgauge::registry
