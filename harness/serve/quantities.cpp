#include "harness/serve/quantities.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "router/registry/duration_text.hpp"
#include "scenarios/language/did_you_mean.hpp"
#include "scenarios/language/units.hpp"

namespace meshgauge::serve {
namespace {

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> size_units{
    {{"GiB", 1ULL << 30U}, {"MiB", 1ULL << 20U}, {"KiB", 1ULL << 10U}, {"B", 1}}};

/// Digits at the front of `text`; what follows them is left in it.
std::optional<std::uint64_t> take_digits(std::string_view& text) {
  std::uint64_t n = 0;
  if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
  const auto [rest, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (ec != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return n;
}

}  // namespace

maybe_problem read_time(std::string_view text, duration least, duration most, duration& to) {
  const auto q = language::parse_quantity(text);
  if (q && q->kind == language::unit_kind::count)
    return problem{
        "missing-unit", fmt::format("a time needs its unit, but here is {}", text), {"write 250ms, 2s or 1m"}};
  if (!q || q->kind != language::unit_kind::time)
    return problem{
        "not-a-quantity", fmt::format("a time is expected, but here is \"{}\"", text), {"write 250ms, 2s or 1m"}};
  const auto us = std::chrono::microseconds(1);
  if (q->value > language::seconds_max || language::to_duration(q->value) > most)
    return problem{"out-of-range", fmt::format("at most {} is possible, but here is {}", write_time(most), text)};
  const duration d = language::to_duration(q->value);
  if (d < least)
    return problem{"out-of-range", fmt::format("at least {} is needed, but here is {}", write_time(least), text)};
  if (d % us != duration::zero())
    return problem{"out-of-range", fmt::format("whole microseconds are expected, but here is {}", text)};
  to = d;
  return std::nullopt;
}

std::string write_time(duration d) {
  return registry::to_text(d);
}

maybe_problem read_size(std::string_view text, std::uint64_t least, std::uint64_t most, std::uint64_t& to) {
  std::string_view unit = text;
  const auto n = take_digits(unit);
  std::uint64_t scale = unit.empty() ? 1 : 0;
  for (const auto& [name, bytes] : size_units) {
    if (unit == name) scale = bytes;
  }
  if (!n || scale == 0)
    return problem{"not-a-quantity",
                   fmt::format("a size in whole bytes is expected, but here is \"{}\"", text),
                   {"write 65536, 64KiB, 16MiB or 1GiB"}};
  if (*n > most / scale)
    return problem{"out-of-range", fmt::format("at most {} is possible, but here is {}", write_size(most), text)};
  if (*n * scale < least)
    return problem{"out-of-range", fmt::format("at least {} is needed, but here is {}", write_size(least), text)};
  to = *n * scale;
  return std::nullopt;
}

std::string write_size(std::uint64_t bytes) {
  for (const auto& [name, size] : size_units) {
    if (bytes >= size && bytes % size == 0) return fmt::format("{}{}", bytes / size, name);
  }
  return "0B";
}

maybe_problem read_count(std::string_view text, std::uint64_t least, std::uint64_t most, std::uint64_t& to) {
  std::string_view rest = text;
  const auto n = take_digits(rest);
  if (!n || !rest.empty())
    return problem{"not-a-quantity", fmt::format("a whole number is expected, but here is \"{}\"", text)};
  if (*n < least || *n > most)
    return problem{"out-of-range",
                   fmt::format("a number from {} to {} is expected, but here is {}", least, most, text)};
  to = *n;
  return std::nullopt;
}

maybe_problem read_share(std::string_view text, double& to) {
  const auto q = language::parse_quantity(text);
  const bool share = q && (q->kind == language::unit_kind::share || q->kind == language::unit_kind::count);
  if (!share || q->value > 1)
    return problem{"not-a-quantity",
                   fmt::format("a share from 0 to 1 is expected, but here is \"{}\"", text),
                   {"write 0.01 or 1%"}};
  to = q->value;
  return std::nullopt;
}

std::string write_share(double share) {
  std::string out = fmt::format("{:.12f}", share);
  while (out.ends_with('0')) out.pop_back();
  if (out.ends_with('.')) out.pop_back();
  return out;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

maybe_problem unknown_word(std::string_view text, const std::vector<std::string>& known) {
  auto notes = language::guess(text, known);
  return problem{"unknown-choice",
                 fmt::format("one of {} is expected, but here is \"{}\"", fmt::join(known, ", "), text),
                 std::move(notes)};
}

}  // namespace meshgauge::serve
