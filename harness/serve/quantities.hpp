#pragma once
/// Single values as operators write them, on the command line and in the file alike: "250ms", "64MiB", "1%", 12.
///
/// Times always need a unit, because a bare 250 has been read as seconds by one program and as milliseconds by the
/// next; sizes may do without, bytes are what everybody means. Reading gives a value or says what is wrong in the
/// reader's words; writing gives what reads back as the same value.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/core/time.hpp"

namespace meshgauge::serve {

/// Why a value was not taken. The id is one of those that `explain` has a page for.
struct problem {
  std::string_view id;
  std::string text;
  std::vector<std::string> notes{};
};
using maybe_problem = std::optional<problem>;

/// In whole microseconds. \param least, most  what is allowed, both included.
maybe_problem read_time(std::string_view text, duration least, duration most, duration& to);
std::string write_time(duration d);

/// Bytes, or B, KiB, MiB, GiB.
maybe_problem read_size(std::string_view text, std::uint64_t least, std::uint64_t most, std::uint64_t& to);
/// In the largest unit that is exact.
std::string write_size(std::uint64_t bytes);

maybe_problem read_count(std::string_view text, std::uint64_t least, std::uint64_t most, std::uint64_t& to);

/// From 0 to 1, or a percentage.
maybe_problem read_share(std::string_view text, double& to);
/// Without exponent, to twelve places.
std::string write_share(double share);

std::string lower_case(std::string_view text);

/// One of a few words, with a guess when it is none of them.
maybe_problem unknown_word(std::string_view text, const std::vector<std::string>& known);

}  // namespace meshgauge::serve
