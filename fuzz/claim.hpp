#pragma once
/// What a fuzz program claims. A claim that does not hold is told in words and ends the process, which is how libFuzzer
/// learns of it and writes the input down.

#include <cstdint>
#include <string_view>

namespace meshgauge::fuzz {

void claim(bool holds, std::string_view what);
/// With the bytes in question, escaped.
void claim(bool holds, std::string_view what, std::string_view bytes);

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace meshgauge::fuzz
