#include "fuzz/claim.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace meshgauge::fuzz {
namespace {

std::string escaped(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n\n";
    } else if (c < 0x20 || c >= 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

void claim(bool holds, std::string_view what) {
  claim(holds, what, {});
}

void claim(bool holds, std::string_view what, std::string_view bytes) {
  if (holds) return;
  fmt::print(stderr, "\nclaim broken: {}\n", what);
  if (!bytes.empty()) fmt::print(stderr, "---\n{}\n---\n", escaped(bytes));
  std::fflush(stderr);
  std::abort();
}

}  // namespace meshgauge::fuzz
