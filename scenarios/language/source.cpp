#include "scenarios/language/source.hpp"

#include <algorithm>

namespace meshgauge::language {

source::source(std::string file, std::string text) : file_(std::move(file)), text_(std::move(text)), lines_{0} {
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') lines_.push_back(i + 1);
  }
}

scenarios::location source::at(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto next = std::upper_bound(lines_.begin(), lines_.end(), offset);
  const auto number = static_cast<std::size_t>(next - lines_.begin());
  const std::size_t begin = lines_[number - 1];
  return {file_, static_cast<int>(number),
          static_cast<int>(characters(std::string_view(text_).substr(begin, offset - begin))) + 1};
}

std::string_view source::line(int number) const {
  const std::size_t begin = line_begin(number);
  const std::size_t end = std::min(text_.find('\n', begin), text_.size());
  std::string_view result = std::string_view(text_).substr(begin, end - begin);
  if (result.ends_with('\r')) result.remove_suffix(1);
  return result;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::size_t first_bad_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned c = byte(i);
    if (c == 0) return i;
    if (c < 0x80) {
      ++i;
    } else if (c >= 0xc2 && c < 0xe0 && tail(i + 1)) {
      i += 2;
    } else if (c >= 0xe0 && c < 0xf0 && tail(i + 1) && tail(i + 2) && !(c == 0xe0 && byte(i + 1) < 0xa0) &&
               !(c == 0xed && byte(i + 1) >= 0xa0)) {
      i += 3;
    } else if (c >= 0xf0 && c < 0xf5 && tail(i + 1) && tail(i + 2) && tail(i + 3) &&
               !(c == 0xf0 && byte(i + 1) < 0x90) && !(c == 0xf4 && byte(i + 1) >= 0x90)) {
      i += 4;
    } else {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace meshgauge::language
