#include "fuzz/script.hpp"

#include <chrono>

namespace meshgauge::fuzz {

using namespace std::chrono_literals;
using net::error_code;

std::string_view take_until(std::string_view& text, std::string_view mark) {
  const auto at = text.find(mark);
  const std::string_view front = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + mark.size());
  return front;
}

namespace {

/// The first mark of a script, a letter of "|~.!"; 0 when there is none. `text` is left behind it, `bytes` before.
char take_part(std::string_view& text, std::string_view& bytes) {
  for (std::size_t i = 0; i + 3 <= text.size(); ++i) {
    if (text[i] != '<' || text[i + 2] != '>') continue;
    const char mark = text[i + 1];
    if (std::string_view("|~.!").find(mark) == std::string_view::npos) continue;
    bytes = text.substr(0, i);
    text.remove_prefix(i + 3);
    return mark;
  }
  bytes = text;
  text = {};
  return 0;
}

}  // namespace

net::task<bool> play(net::stream& s, std::string_view script, net::closing polite, std::string& sent) {
  while (!script.empty()) {
    std::string_view bytes;
    const char mark = take_part(script, bytes);
    if (!bytes.empty()) {
      sent += bytes;
      const error_code ec = co_await s.send(net::buffer_of(bytes));
      if (ec) co_return false;
    }
    if (mark == '.' || mark == '!') {
      s.close(mark == '!' ? net::closing::reset : polite);
      co_return false;
    }
    if (mark != 0) {
      const error_code ec = co_await s.owner().sleep(mark == '~' ? duration(2s) : duration(5ms));
      if (ec) co_return false;
    }
  }
  co_return true;
}

}  // namespace meshgauge::fuzz
