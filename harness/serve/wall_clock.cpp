#include "harness/serve/wall_clock.hpp"

#include <fmt/format.h>

#include <chrono>
#include <iterator>

namespace meshgauge::serve {

std::int64_t wall_milliseconds() {
  const auto now = std::chrono::system_clock::now();  // tidy: allow because a log says when, and is not replayed
  return std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
}

void append_timestamp(std::string& out, std::int64_t milliseconds) {
  const std::chrono::sys_time<std::chrono::milliseconds> at{std::chrono::milliseconds(milliseconds)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                 time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

}  // namespace meshgauge::serve
