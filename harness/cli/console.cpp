#include "harness/cli/console.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace meshgauge::cli {
namespace {

bool dumb() {
  const char* term = std::getenv("TERM");
  return term == nullptr || std::strcmp(term, "dumb") == 0;
}

bool set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

}  // namespace

bool use_colour(when w, int fd) {
  if (w != when::automatic) return w == when::always;
  if (set("NO_COLOR")) return false;
  if (set("FORCE_COLOR")) return true;
  return ::isatty(fd) != 0 && !dumb();
}

progress_line::progress_line(progress_style s) : style_(s) {
  if (style_ == progress_style::automatic) {
    style_ = ::isatty(STDERR_FILENO) != 0 && !dumb() && !set("CI") ? progress_style::bar : progress_style::plain;
  }
}

void progress_line::begin(std::string what) {
  what_ = std::move(what);
  begun_ = drawn_ = clock::now();
}

void progress_line::update(double share, std::string_view detail) {
  const auto now = clock::now();
  const auto pause = style_ == progress_style::bar ? std::chrono::milliseconds(125) : std::chrono::milliseconds(10'000);
  if (style_ == progress_style::none || now - drawn_ < pause) return;
  drawn_ = now;
  const double spent = std::chrono::duration<double>(now - begun_).count();
  const double left = share > 0.02 ? spent / share * (1 - share) : 0;
  if (style_ == progress_style::plain) {
    fmt::print(stderr, "  {}  {:.0f} %  {}\n", what_, share * 100, detail);
    return;
  }
  constexpr int width = 24;
  const int full = static_cast<int>(share * width);
  std::string bar(static_cast<std::size_t>(full), '#');
  bar.resize(width, '.');
  std::string line = fmt::format("  {}  [{}] {:3.0f} %", what_, bar, share * 100);
  if (left >= 1) line += fmt::format("  {:.0f} s left", left);
  line += fmt::format("  {}", detail);
  if (line.size() > 79) line.resize(79);
  fmt::print(stderr, "\r\033[K{}", line);
  std::fflush(stderr);
  shown_ = true;
}

void progress_line::clear() {
  if (!shown_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace meshgauge::cli
