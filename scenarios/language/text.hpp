#pragma once
/// A string of the file that remembers where each of its characters was written, through escapes and `${params}`.
///
/// The little languages inside strings (`lognormal(p50=5ms)`, `status.503 == 0 during steady`) are read from `slice`s,
/// so that a caret can stand under the exact characters; characters that came from a parameter all stand at its
/// `${name}`.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/language/source.hpp"

namespace meshgauge::language {

struct text {
  std::string value;
  std::vector<span> origin;  ///< of each byte of `value`
  span whole;                ///< with its quotes
  /// What stood for what, for the note "${rate} is "1500/s"".
  struct substitution {
    std::size_t begin = 0, end = 0;  ///< bytes of `value`
    std::string name;
    bool unknown = false;  ///< no such parameter: reported once, and silent from then on
  };
  std::vector<substitution> substitutions;

  bool plain() const { return substitutions.empty(); }
};

/// A part of a text. Refers to it; texts live as long as the node tree.
class slice {
 public:
  slice() = default;
  explicit slice(const text& t) : text_(&t), begin_(0), end_(t.value.size()) {}
  slice(const text& t, std::size_t begin, std::size_t end) : text_(&t), begin_(begin), end_(end) {}

  std::string_view view() const {
    return text_ == nullptr ? std::string_view{} : std::string_view(text_->value).substr(begin_, end_ - begin_);
  }
  std::string str() const { return std::string(view()); }
  bool empty() const { return begin_ == end_; }
  std::size_t size() const { return end_ - begin_; }
  const text* of() const { return text_; }
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }

  slice sub(std::size_t from, std::size_t count = std::string_view::npos) const {
    const std::size_t first = begin_ + (from < size() ? from : size());
    const std::size_t rest = end_ - first;
    return {*text_, first, first + (count < rest ? count : rest)};
  }
  slice trimmed() const {
    slice s = *this;
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    while (s.begin_ < s.end_ && blank(text_->value[s.begin_])) ++s.begin_;
    while (s.begin_ < s.end_ && blank(text_->value[s.end_ - 1])) --s.end_;
    return s;
  }

  /// Where it stands in the file. The whole text stands with its quotes, an empty part at the character before it.
  span at() const {
    if (text_ == nullptr) return {};
    if ((begin_ == 0 && end_ == text_->value.size()) || text_->origin.empty()) return text_->whole;
    return inside();
  }
  /// The same without the quotes.
  span inside() const {
    if (text_ == nullptr) return {};
    if (text_->origin.empty()) return text_->whole;
    if (begin_ == end_) {
      const span near = text_->origin[begin_ > 0 ? begin_ - 1 : 0];
      return begin_ > 0 ? span{near.end - 1, near.end} : near;
    }
    return {text_->origin[begin_].begin, text_->origin[end_ - 1].end};
  }

 private:
  const text* text_ = nullptr;
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace meshgauge::language
