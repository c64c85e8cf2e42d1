#include <fmt/format.h>

#include "scenarios/language/readers.hpp"

namespace meshgauge::language {

std::string_view name_of(node::type kind) {
  switch (kind) {
    case node::type::null:
      return "null";
    case node::type::boolean:
      return "true or false";
    case node::type::number:
      return "a number";
    case node::type::string:
      return "a text";
    case node::type::list:
      return "a list";
    case node::type::object:
      return "an object";
  }
  return "";
}

namespace {
bool digit(char c) {
  return c >= '0' && c <= '9';
}
}  // namespace

bool is_json_number(std::string_view s) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t first = i;
    while (i < s.size() && digit(s[i])) ++i;
    return i - first;
  };
  if (i < s.size() && s[i] == '-') ++i;
  const std::size_t lead = i;
  const std::size_t whole = digits();
  if (whole == 0 || (whole > 1 && s[lead] == '0')) return false;
  if (i < s.size() && s[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    ++i;
    if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == s.size();
}

namespace {

class json_reader {
 public:
  explicit json_reader(sink& out) : out_(out), text_(out.source().text()) {}

  std::optional<node> read() {
    if (!skip()) return std::nullopt;
    if (at_end()) {
      fail({text_.empty() ? 0 : text_.size() - 1, text_.size()}, "this file holds nothing",
           {"a scenario is an object: { \"fleets\": ..., \"load\": ..., \"phases\": ..., \"expect\": ... }"});
      return std::nullopt;
    }
    node root;
    if (!value(root, 0) || !skip()) return std::nullopt;
    if (!at_end()) {
      fail(word_at(position_), "something stands behind the end of the scenario",
           {"the outermost bracket closes before this"});
      return std::nullopt;
    }
    return root;
  }

 private:
  bool at_end() const { return position_ >= text_.size(); }
  char here() const { return at_end() ? '\0' : text_[position_]; }

  bool fail(span at, std::string message, std::vector<std::string> notes = {}) {
    out_.error(at, "syntax", std::move(message), std::move(notes));
    return false;
  }

  /// The run of characters that a reader would call one thing.
  span word_at(std::size_t from) const {
    std::size_t to = from;
    const auto plain = [](char c) {
      return c != ' ' && c != '\t' && c != '\r' && c != '\n' && c != ',' && c != ':' && c != '{' && c != '}' &&
             c != '[' && c != ']' && c != '"';
    };
    while (to < text_.size() && plain(text_[to])) ++to;
    return {from, to > from ? to : std::min(from + 1, text_.size())};
  }

  /// Blanks and comments. False when a comment has no end.
  bool skip() {
    while (!at_end()) {
      const char c = here();
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        ++position_;
      } else if (c == '/' && text_.compare(position_, 2, "//") == 0) {
        position_ = std::min(text_.find('\n', position_), text_.size());
      } else if (c == '/' && text_.compare(position_, 2, "/*") == 0) {
        const std::size_t end = text_.find("*/", position_ + 2);
        if (end == std::string::npos)
          return fail({position_, position_ + 2}, "this comment has no end", {"close it with */"});
        position_ = end + 2;
      } else {
        break;
      }
    }
    return true;
  }

  bool value(node& to, int depth) {
    const std::size_t begin = position_;
    if (depth > depth_max)
      return fail({begin, begin + 1}, fmt::format("more than {} brackets inside each other", depth_max));
    switch (here()) {
      case '{':
        return object(to, depth);
      case '[':
        return list(to, depth);
      case '"':
        to.kind = node::type::string;
        if (!string(to.value)) return false;
        to.at = to.value.whole;
        last_ = {position_ - 1, position_};
        return true;
      case '\'':
        return fail(word_at(begin), "text stands in double quotes here", {"write \"...\" instead of '...'"});
      default:
        break;
    }
    const span word = word_at(begin);
    const std::string_view s = std::string_view(text_).substr(word.begin, word.end - word.begin);
    to.at = word;
    if (s == "true" || s == "false") {
      to.kind = node::type::boolean;
      to.flag = s == "true";
    } else if (s == "null") {
      to.kind = node::type::null;
    } else if (is_json_number(s)) {
      to.kind = node::type::number;
      to.value = raw(word);
    } else if (at_end() || s == "}" || s == "]" || s == "," || s == ":") {
      return fail(last_.nowhere() ? word : last_, "a value is missing after this");
    } else if (s[0] == '-' || digit(s[0])) {
      return fail(word, fmt::format("\"{}\" is no number", s),
                  {fmt::format("quantities with a unit are text: write \"{}\" in quotes", s)});
    } else {
      return fail(word, "text needs quotes here", {fmt::format("write \"{}\"", s)});
    }
    position_ = word.end;
    last_ = {word.end - 1, word.end};
    return true;
  }

  text raw(span word) const {
    text t;
    t.value = text_.substr(word.begin, word.end - word.begin);
    t.whole = word;
    for (std::size_t i = word.begin; i < word.end; ++i) t.origin.push_back({i, i + 1});
    return t;
  }

  bool object(node& to, int depth) {
    const std::size_t begin = position_;
    to.kind = node::type::object;
    return items(
        begin, '}',
        [&] {
          if (here() != '"') {
            const span word = word_at(position_);
            const std::string s = text_.substr(word.begin, word.end - word.begin);
            const bool bare = !s.empty() && (std::isalpha(static_cast<unsigned char>(s[0])) != 0 || s[0] == '$');
            return bare ? fail(word, "a key needs quotes here", {fmt::format("write \"{}\"", s)})
                        : fail(word, "a key is expected here", {"a key is a text: \"name\": value"});
          }
          text key;
          if (!string(key)) return false;
          last_ = {position_ - 1, position_};
          if (!skip()) return false;
          if (here() != ':') return fail(last_, "a colon is missing after this key");
          last_ = {position_, position_ + 1};
          ++position_;
          if (!skip()) return false;
          member& m = to.members.emplace_back();
          m.key = std::move(key.value);
          m.at = key.whole;
          return value(m.value, depth + 1);
        },
        to);
  }

  bool list(node& to, int depth) {
    const std::size_t begin = position_;
    to.kind = node::type::list;
    return items(
        begin, ']', [&] { return value(to.items.emplace_back(), depth + 1); }, to);
  }

  /// What stands between brackets, separated by commas.
  template <class Item>
  bool items(std::size_t begin, char close, Item item, node& to) {
    last_ = {begin, begin + 1};
    ++position_;
    bool first = true;
    while (true) {
      if (!skip()) return false;
      if (at_end()) {
        return fail({begin, begin + 1}, fmt::format("this '{}' is never closed", text_[begin]));
      }
      if (here() == close) break;
      if (here() == ',') {
        return fail({position_, position_ + 1}, first ? "a comma with nothing before it" : "one comma too many");
      }
      if (to.members.size() + to.items.size() >= items_max) {
        return fail({begin, begin + 1}, fmt::format("this '{}' holds more than {} things", text_[begin], items_max));
      }
      if (!item()) return false;
      first = false;
      const span before = last_;
      if (!skip()) return false;
      if (here() == ',') {
        const std::size_t comma = position_++;
        last_ = {comma, comma + 1};
        if (!skip()) return false;
        if (here() == '}' || here() == ']') {
          return fail({comma, comma + 1}, "a comma with nothing after it",
                      {fmt::format("remove the comma; JSON allows none before '{}'", here())});
        }
      } else if (!at_end() && here() != close) {
        return not_closed(before, begin, close);
      }
    }
    ++position_;
    to.at = {begin, position_};
    last_ = {position_ - 1, position_};
    return true;
  }

  bool not_closed(span before, std::size_t begin, char close) {
    const char c = here();
    if (c == '}' || c == ']') {
      const auto opened = out_.source().at(begin);
      return fail({position_, position_ + 1}, fmt::format("'{}' is expected here, not '{}'", close, c),
                  {fmt::format("'{}' was opened on line {}", text_[begin], opened.line)});
    }
    const int gap = out_.source().at(position_).line - out_.source().at(before.begin).line;
    return fail(before, "a comma is missing after this",
                {gap == 0   ? "the next thing starts on the same line"
                 : gap == 1 ? "the next thing starts on the following line"
                            : fmt::format("the next thing starts on line {}", out_.source().at(position_).line)});
  }

  bool string(text& to) {
    const std::size_t begin = position_++;
    while (true) {
      if (at_end() || here() == '\n') {
        const std::size_t end = position_ > begin + 1 && text_[position_ - 1] == '\r' ? position_ - 1 : position_;
        return fail({begin, std::max(end, begin + 1)}, "this text has no closing quote on its line");
      }
      const char c = here();
      if (c == '"') break;
      if (static_cast<unsigned char>(c) < 0x20) {
        return fail({position_, position_ + 1},
                    fmt::format("a control character (0x{:02x}) inside a text", static_cast<unsigned char>(c)),
                    {"write it as an escape: \\t or \\u0009"});
      }
      if (c == '\\') {
        if (!escape(to)) return false;
      } else {
        to.value += c;
        to.origin.push_back({position_, position_ + 1});
        ++position_;
      }
    }
    ++position_;
    to.whole = {begin, position_};
    return true;
  }

  bool escape(text& to) {
    const std::size_t begin = position_;
    const char c = begin + 1 < text_.size() ? text_[begin + 1] : '\0';
    static constexpr std::string_view plain = "\"\\/bfnrt", means = "\"\\/\b\f\n\r\t";
    std::string bytes;
    if (const std::size_t i = plain.find(c); c != '\0' && i != std::string_view::npos) {
      position_ += 2;
      bytes = means[i];
    } else if (c == 'u') {
      unsigned code = 0;
      if (!hex(code)) return bad_escape(begin);
      if (code >= 0xd800 && code < 0xdc00) {
        unsigned low = 0;
        if (text_.compare(position_, 2, "\\u") != 0 || !hex(low) || low < 0xdc00 || low >= 0xe000)
          return bad_escape(begin);
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      } else if (code >= 0xdc00 && code < 0xe000) {
        return bad_escape(begin);
      }
      bytes = utf8(code);
    } else {
      return bad_escape(begin);
    }
    to.value += bytes;
    to.origin.insert(to.origin.end(), bytes.size(), span{begin, position_});
    return true;
  }

  bool bad_escape(std::size_t begin) {
    std::size_t end = begin + 1;
    while (end < text_.size() && end < begin + 6 && text_[end] != '"' && text_[end] != '\n') ++end;
    return fail({begin, std::min(end, begin + 2)}, "this escape is not known",
                {"known: \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u0041"});
  }

  /// The four digits of "\uXXXX" at the position, which moves behind them.
  bool hex(unsigned& code) {
    code = 0;
    if (position_ + 6 > text_.size()) return false;
    for (std::size_t i = position_ + 2; i < position_ + 6; ++i) {
      const char c = text_[i];
      const unsigned d = digit(c)               ? static_cast<unsigned>(c - '0')
                         : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? static_cast<unsigned>(c - 'A' + 10)
                                                : 16U;
      if (d == 16) return false;
      code = code * 16 + d;
    }
    position_ += 6;
    return true;
  }

  static std::string utf8(unsigned c) {
    std::string s;
    const auto put = [&](unsigned byte) { s += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xc0 | (c >> 6)), put(0x80 | (c & 63));
    } else if (c < 0x10000) {
      put(0xe0 | (c >> 12)), put(0x80 | ((c >> 6) & 63)), put(0x80 | (c & 63));
    } else {
      put(0xf0 | (c >> 18)), put(0x80 | ((c >> 12) & 63)), put(0x80 | ((c >> 6) & 63)), put(0x80 | (c & 63));
    }
    return s;
  }

  sink& out_;
  const std::string& text_;
  std::size_t position_ = 0;
  span last_;  ///< last character of the token before
};

}  // namespace

std::optional<node> read_json(sink& out) {
  return json_reader(out).read();
}

}  // namespace meshgauge::language
