#include "scenarios/language/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace meshgauge::language {
namespace {

constexpr std::size_t kept_max = 200;  // a hostile file must not make more text than it has itself
constexpr std::size_t shown_max = 10;
constexpr std::size_t width_max = 160;  // of an excerpt

/// A window of a long line around the underlined part, on character boundaries.
struct cut {
  std::string_view text;
  std::size_t skipped = 0;  // bytes
  bool left = false, right = false;
};

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

cut cut_line(std::string_view line, std::size_t at) {
  if (line.size() <= width_max) return {line};
  std::size_t begin = at > width_max / 2 ? std::min(at - width_max / 2, line.size() - width_max) : 0;
  while (begin > 0 && continues(line[begin])) --begin;
  std::size_t end = std::min(line.size(), begin + width_max);
  while (end < line.size() && continues(line[end])) ++end;
  return {line.substr(begin, end - begin), begin, begin > 0, end < line.size()};
}

std::string excerpt_of(const source& text, const scenarios::location& where, span at, std::size_t& length) {
  const std::string_view line = text.line(where.line);
  const std::size_t line_begin = text.line_begin(where.line);
  const std::size_t from = std::min(at.begin - std::min(at.begin, line_begin), line.size());
  const std::size_t to = std::clamp(at.end - std::min(at.end, line_begin), from, line.size());
  const cut shown = cut_line(line, from);
  const std::size_t first = from - shown.skipped;
  const std::size_t last = std::min(to - shown.skipped, shown.text.size());
  length = std::max<std::size_t>(1, characters(line.substr(from, to - from)));

  std::string padding = shown.left ? "..." : "";
  std::replace(padding.begin(), padding.end(), '.', ' ');
  for (char c : shown.text.substr(0, first)) {
    if (!continues(c)) padding += c == '\t' ? '\t' : ' ';
  }
  const std::size_t marks = std::max<std::size_t>(1, characters(shown.text.substr(first, last - first)));
  const std::string number = fmt::format("{}", where.line);
  return fmt::format(" {} | {}{}{}\n {:{}} | {}^{:~>{}}\n", number, shown.left ? "..." : "", shown.text,
                     shown.right ? "..." : "", "", number.size(), padding, "", marks - 1);
}

}  // namespace

std::string format(const diagnostic& d) {
  std::string result = d.where.file;
  if (d.where.line > 0) result += fmt::format(":{}:{}", d.where.line, d.where.column);
  result += fmt::format(": {}: {} [{}]\n", d.severity == severity::error ? "error" : "warning", d.text, d.id);
  result += d.excerpt;
  const std::size_t gutter = d.where.line > 0 ? fmt::formatted_size("{}", d.where.line) : 1;
  for (const std::string& note : d.notes) result += fmt::format(" {:{}} = {}\n", "", gutter, note);
  return result;
}

std::string report(std::span<const diagnostic> all) {
  std::string result;
  for (severity wanted : {severity::error, severity::warning}) {
    std::size_t count = 0;
    for (const diagnostic& d : all) {
      if (d.severity == wanted && ++count <= shown_max) result += (result.empty() ? "" : "\n") + format(d);
    }
    if (count > shown_max) {
      const std::size_t rest = count - shown_max;
      result +=
          fmt::format("\n{} more {}{}\n", rest, wanted == severity::error ? "error" : "warning", rest == 1 ? "" : "s");
    }
  }
  return result;
}

diagnostic& sink::add(severity s, span at, std::string_view id, std::string text, std::vector<std::string> notes) {
  if (s == severity::error) ++errors_;
  if (all_.size() >= kept_max) return overflow_ = {};
  diagnostic d;
  d.severity = s;
  d.text = std::move(text);
  d.id = id;
  d.notes = std::move(notes);
  d.where.file = source_.file();
  if (!at.nowhere()) {
    d.where = source_.at(at.begin);
    d.excerpt = excerpt_of(source_, d.where, at, d.length);
  }
  for (const diagnostic& other : all_) {
    // One place, one complaint: a value that two readers look at is reported once.
    if (other.where.line == d.where.line && other.where.column == d.where.column && other.id == d.id &&
        other.text == d.text) {
      return overflow_ = std::move(d);
    }
  }
  return all_.emplace_back(std::move(d));
}

diagnostic& sink::error(span at, std::string_view id, std::string text, std::vector<std::string> notes) {
  return add(severity::error, at, id, std::move(text), std::move(notes));
}

diagnostic& sink::warning(span at, std::string_view id, std::string text, std::vector<std::string> notes) {
  return add(severity::warning, at, id, std::move(text), std::move(notes));
}

std::vector<diagnostic> sink::take() {
  std::vector<std::size_t> order(all_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tuple(all_[a].where.line, all_[a].where.column, a) <
           std::tuple(all_[b].where.line, all_[b].where.column, b);
  });
  std::vector<diagnostic> result;
  for (std::size_t i : order) result.push_back(std::move(all_[i]));
  all_.clear();
  return result;
}

}  // namespace meshgauge::language
