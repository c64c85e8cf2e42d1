#pragma once
/// The time of day, for people who read logs; nothing decides by it.

#include <cstdint>
#include <string>

namespace meshgauge::serve {

/// Milliseconds since 1970-01-01 UTC.
std::int64_t wall_milliseconds();

/// RFC 3339 in UTC: "2026-11-24T08:44:37.012Z". Appended.
void append_timestamp(std::string& out, std::int64_t milliseconds);

}  // namespace meshgauge::serve
