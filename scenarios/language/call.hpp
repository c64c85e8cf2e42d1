#pragma once
/// The one call form: `name`, `name(value, key=value)`. Reading it against the table of forms, with every mistake
/// named.

#include <optional>

#include "scenarios/language/context.hpp"
#include "scenarios/language/forms.hpp"

namespace meshgauge::language {

struct argument {
  const parameter* what = nullptr;
  slice value;
};

/// A call whose name and parameters are known and complete.
struct call {
  const form* what = nullptr;
  slice name, whole;
  std::vector<argument> arguments;

  const slice* find(std::string_view parameter_name) const {
    for (const argument& a : arguments) {
      if (a.what->name == parameter_name) return &a.value;
    }
    return nullptr;
  }
};

/// \param noun  for messages: "balancing policy"
std::optional<call> read_call(context& c, slice s, std::string_view group, std::string_view noun);

/// The part before a bracket.
std::string_view call_name(std::string_view s);

}  // namespace meshgauge::language
