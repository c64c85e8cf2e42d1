#include "router/http/body.hpp"

#include <algorithm>

#include "router/http/text.hpp"

namespace meshgauge::http {
namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Digits, then nothing or an extension; at most 15 digits, so that no sum overflows.
bool parse_size(std::string_view line, std::uint64_t& size) {
  std::size_t i = 0;
  size = 0;
  for (; i < line.size() && hex(line[i]) >= 0; ++i) {
    if (i == 15) return false;
    size = size * 16 + static_cast<std::uint64_t>(hex(line[i]));
  }
  if (i == 0) return false;
  if (i == line.size()) return true;
  while (i < line.size() && (line[i] == ' ' || line[i] == '\t')) ++i;
  return i < line.size() && line[i] == ';' && safe_text(line);  // blanks belong to an extension
}

/// A trailer is a field like any other: `name:` without a blank between, not folded, no control characters. Whether it
/// is passed on or not, one that others could read differently ends the message.
bool good_trailer(std::string_view line) {
  const auto colon = line.find(':');
  return colon != std::string_view::npos && is_token(line.substr(0, colon)) && safe_text(line);
}

}  // namespace

body_reader::body_reader(framing how, std::uint64_t length) {
  switch (how) {
    case framing::none:
      break;
    case framing::length:
      left_ = length;
      phase_ = length > 0 ? phase::length : phase::done;
      break;
    case framing::chunked:
      phase_ = phase::chunk_line;
      break;
    case framing::until_close:
      phase_ = phase::until_close;
      break;
  }
}

body_reader::step body_reader::next(std::string_view data) {
  const auto take = [&](std::uint64_t most) {
    const std::size_t n = static_cast<std::size_t>(std::min<std::uint64_t>(most, data.size()));
    seen_ += n;
    return data.substr(0, n);
  };
  switch (phase_) {
    case phase::done:
      return {{}, {}, 0, state::done};
    case phase::bad:
      return fail();
    case phase::until_close: {
      const auto payload = take(data.size());
      return {payload, {}, payload.size(), state::more};
    }
    case phase::length:
    case phase::chunk_data: {
      const auto payload = take(left_);
      left_ -= payload.size();
      if (left_ == 0) phase_ = phase_ == phase::length ? phase::done : phase::chunk_end;
      return {payload, {}, payload.size(), phase_ == phase::done ? state::done : state::more};
    }
    case phase::chunk_end:
      if (data.size() < 2) {
        if (!data.empty() && data[0] != '\r') return fail();
        return {};
      }
      if (data[0] != '\r' || data[1] != '\n') return fail();
      phase_ = phase::chunk_line;
      return {{}, {}, 2, state::more};
    case phase::chunk_line:
    case phase::trailers: {
      const auto end = data.find('\n');
      const std::size_t limit = phase_ == phase::chunk_line ? chunk_line_max : trailers_max - trailer_bytes_;
      if (end == std::string_view::npos) return data.size() >= limit ? fail() : step{};
      if (end >= limit || end == 0 || data[end - 1] != '\r') return fail();
      const std::string_view line = data.substr(0, end - 1);
      if (phase_ == phase::trailers) {
        trailer_bytes_ += end + 1;
        if (line.empty()) {
          phase_ = phase::done;
        } else if (!good_trailer(line)) {
          return fail();
        }
        return {{}, line, end + 1, phase_ == phase::done ? state::done : state::more};
      }
      std::uint64_t size = 0;
      if (!parse_size(line, size)) return fail();
      left_ = size;
      phase_ = left_ == 0 ? phase::trailers : phase::chunk_data;
      return {{}, {}, end + 1, state::more};
    }
  }
  return fail();
}

}  // namespace meshgauge::http
