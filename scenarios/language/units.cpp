#include "scenarios/language/units.hpp"

#include <array>
#include <charconv>

namespace meshgauge::language {
namespace {

struct unit_row {
  std::string_view name;
  unit_kind kind;
  double scale;
};
constexpr std::array<unit_row, 17> units{{{"", unit_kind::count, 1},
                                          {"us", unit_kind::time, 1e-6},
                                          {"ms", unit_kind::time, 1e-3},
                                          {"s", unit_kind::time, 1},
                                          {"m", unit_kind::time, 60},
                                          {"h", unit_kind::time, 3600},
                                          {"%", unit_kind::share, 0.01},
                                          {"/s", unit_kind::rate, 1},
                                          {"/m", unit_kind::rate, 1.0 / 60},
                                          {"x", unit_kind::factor, 1},
                                          {"B", unit_kind::size, 1},
                                          {"KiB", unit_kind::size, 1024},
                                          {"MiB", unit_kind::size, 1048576},
                                          {"B/s", unit_kind::bandwidth, 1},
                                          {"KiB/s", unit_kind::bandwidth, 1024},
                                          {"MiB/s", unit_kind::bandwidth, 1048576},
                                          {"GiB/s", unit_kind::bandwidth, 1073741824}}};

}  // namespace

std::optional<measured> parse_quantity(std::string_view s) {
  std::size_t i = 0;
  bool point = false;
  for (; i < s.size(); ++i) {
    const bool is_point = s[i] == '.';
    if (!is_point && (s[i] < '0' || s[i] > '9')) break;
    if (is_point && (point || i == 0)) break;
    point = point || is_point;
  }
  if (i == 0 || s[i - 1] == '.' || i > 40) return std::nullopt;
  measured m;
  m.number = s.substr(0, i);
  m.unit = s.substr(i);
  double number = 0;
  const auto read = std::from_chars(m.number.data(), m.number.data() + m.number.size(), number);
  if (read.ec != std::errc{}) return std::nullopt;
  m.whole = number < 9e15 && number == static_cast<double>(static_cast<long long>(number));
  for (const unit_row& u : units) {
    if (u.name != m.unit) continue;
    m.kind = u.kind;
    // Division is exact where multiplication by 0.01 is not: 2 / 100 is the double nearest to 0.02.
    m.value = u.kind == unit_kind::share                 ? number / 100
              : u.scale < 1 && u.kind == unit_kind::rate ? number / 60
              : u.scale == 1e-3                          ? number / 1000
              : u.scale == 1e-6                          ? number / 1000000
                                                         : number * u.scale;
    return m;
  }
  return std::nullopt;
}

duration to_duration(double seconds) {
  return duration(static_cast<duration::rep>(seconds * 1e9 + 0.5));
}

std::string_view article(unit_kind kind) {
  switch (kind) {
    case unit_kind::count:
      return "a count";
    case unit_kind::time:
      return "a duration";
    case unit_kind::share:
      return "a share";
    case unit_kind::rate:
      return "a rate";
    case unit_kind::factor:
      return "a factor";
    case unit_kind::size:
      return "a size";
    case unit_kind::bandwidth:
      return "a bandwidth";
  }
  return "";
}

std::string_view examples(unit_kind kind) {
  switch (kind) {
    case unit_kind::count:
      return "12";
    case unit_kind::time:
      return "\"250ms\", \"2s\" or \"1m\"";
    case unit_kind::share:
      return "\"2%\" or \"0.1%\"";
    case unit_kind::rate:
      return "\"1500/s\" or \"90/m\"";
    case unit_kind::factor:
      return "\"20x\" or \"1.5x\"";
    case unit_kind::size:
      return "\"64KiB\" or \"1MiB\"";
    case unit_kind::bandwidth:
      return "\"64KiB/s\" or \"1MiB/s\"";
  }
  return "";
}

}  // namespace meshgauge::language
