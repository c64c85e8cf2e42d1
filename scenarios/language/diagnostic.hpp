#pragma once
/// What is wrong with a scenario file, as values, and their one way of being printed:
///
///     file:line:col: error: text [id]
///      12 |       "service-tmie": "lognormal(p50=5ms, p99=40ms)",
///         |       ^~~~~~~~~~~~~~
///         = did you mean "service-time"?
///
/// The first line is the compilers' form, which editors and CI annotators read. There are no colour codes in it; the
/// caller adds them. Wording: what was found and what was expected, in the reader's words; never "invalid".

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/language/source.hpp"

namespace meshgauge::language {

enum class severity { error, warning };

struct diagnostic {
  language::severity severity = language::severity::error;
  scenarios::location where;  ///< line 0: no place in the file
  std::size_t length = 0;     ///< characters underlined
  std::string text;
  std::string id;       ///< stable; `explain ID` has a page for each
  std::string excerpt;  ///< the line and the carets, or empty; ends in a newline
  std::vector<std::string> notes;
};

/// The whole diagnostic, several lines, each ended.
std::string format(const diagnostic& d);

/// All of them, errors before warnings, at most ten of each kind and then a line that counts the rest.
std::string report(std::span<const diagnostic> all);

/// Collects the diagnostics of one file.
class sink {
 public:
  explicit sink(const language::source& text) : source_(text) {}

  /// \param at  underlined; a nowhere span gives a diagnostic without a place.
  diagnostic& error(span at, std::string_view id, std::string text, std::vector<std::string> notes = {});
  diagnostic& warning(span at, std::string_view id, std::string text, std::vector<std::string> notes = {});
  bool failed() const { return errors_ > 0; }
  /// So many errors that looking for more only costs time: a hostile or a wholly different file.
  bool enough() const { return errors_ >= 200; }
  const language::source& source() const { return source_; }
  /// In the order of the file.
  std::vector<diagnostic> take();

 private:
  diagnostic& add(severity s, span at, std::string_view id, std::string text, std::vector<std::string> notes);

  const language::source& source_;
  std::vector<diagnostic> all_;
  diagnostic overflow_;  ///< what is beyond the limit lands here
  std::size_t errors_ = 0;
};

}  // namespace meshgauge::language
