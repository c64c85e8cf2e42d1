#pragma once
/// Where readers of values complain: a sink that explains `${params}`.

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "scenarios/language/diagnostic.hpp"
#include "scenarios/language/did_you_mean.hpp"
#include "scenarios/language/node.hpp"

namespace meshgauge::language {

class context {
 public:
  explicit context(sink& to) : out(to) {}

  sink& out;
  std::vector<std::pair<std::string, std::string>> params;  ///< final values

  /// \return false, so that a reader can end with it.
  bool error(slice at, std::string_view id, std::string text, std::vector<std::string> notes = {}) {
    if (!explain(at, notes)) return false;
    out.error(at.at(), id, std::move(text), std::move(notes));
    return false;
  }
  /// Inside a longer text: the quotes are not underlined even when it is the whole.
  bool error_inside(slice at, std::string_view id, std::string text, std::vector<std::string> notes = {}) {
    if (!explain(at, notes)) return false;
    out.error(at.inside(), id, std::move(text), std::move(notes));
    return false;
  }
  bool error(span at, std::string_view id, std::string text, std::vector<std::string> notes = {}) {
    out.error(at, id, std::move(text), std::move(notes));
    return false;
  }

 private:
  /// False when the text holds an unknown parameter, which is all that there is to say about it.
  bool explain(slice at, std::vector<std::string>& notes) const {
    if (at.of() == nullptr) return true;
    for (const text::substitution& s : at.of()->substitutions) {
      if (s.begin >= at.end() && s.begin != s.end) continue;
      if (s.end <= at.begin() && s.begin != s.end) continue;
      if (s.unknown) return false;
      for (const auto& [name, value] : params) {
        if (name == s.name) notes.push_back(fmt::format("${{{}}} is \"{}\"", name, value));
      }
    }
    return true;
  }
};

}  // namespace meshgauge::language
