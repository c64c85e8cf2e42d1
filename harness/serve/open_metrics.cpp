#include "harness/serve/open_metrics.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "router/core/assert.hpp"

namespace meshgauge::serve {
namespace {

constexpr std::array<std::string_view, 4> kinds{"counter", "gauge", "histogram", "info"};

/// In label values and help: backslash, quote and newline are escaped. Anything else may stand as it is.
void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
}

}  // namespace

std::string float_text(double value) {
  std::string out = fmt::format("{}", value);
  if (out.find_first_not_of("-0123456789") == std::string::npos) out += ".0";
  return out;
}

void open_metrics::family(std::string_view name, kind what, std::string_view unit, std::string_view help) {
  MESHGAUGE_ASSERT(unit.empty() || (name.size() > unit.size() && name.ends_with(unit)));
  name_ = name;
  kind_ = what;
  fmt::format_to(std::back_inserter(text_), "# TYPE {} {}\n", name, kinds[static_cast<std::size_t>(what)]);
  if (!unit.empty()) fmt::format_to(std::back_inserter(text_), "# UNIT {} {}\n", name, unit);
  fmt::format_to(std::back_inserter(text_), "# HELP {} ", name);
  append_escaped(text_, help);
  text_ += '\n';
}

std::string_view open_metrics::suffix() const {
  MESHGAUGE_ASSERT(kind_ != kind::histogram);
  return kind_ == kind::counter ? "_total" : kind_ == kind::info ? "_info" : "";
}

void open_metrics::sample(labels l, std::uint64_t value) {
  line(suffix(), l, fmt::format("{}", value));
}
void open_metrics::sample(labels l, double value) {
  line(suffix(), l, float_text(value));
}
void open_metrics::part(std::string_view suffix, labels l, std::string_view value) {
  MESHGAUGE_ASSERT(kind_ == kind::histogram);
  line(suffix, l, value);
}

void open_metrics::line(std::string_view suffix, labels l, std::string_view value) {
  text_.append(name_).append(suffix);
  char separator = '{';
  for (const auto& [name, text] : l) {
    text_ += separator;
    text_.append(name).append("=\"");
    append_escaped(text_, text);
    text_ += '"';
    separator = ',';
  }
  if (separator == ',') text_ += '}';
  text_ += ' ';
  text_.append(value);
  text_ += '\n';
}

std::string open_metrics::finish() {
  text_ += "# EOF\n";
  return std::move(text_);
}

}  // namespace meshgauge::serve
