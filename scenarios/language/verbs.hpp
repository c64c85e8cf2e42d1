#pragma once
/// What an event can do, and which details each verb takes.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/model/scenario.hpp"

namespace meshgauge::language {

struct verb_row {
  std::string_view name;
  scenarios::verb what;
  bool lasts = false;  ///< may have `during` or `for`
  std::vector<std::string> details;
  std::string_view example;
};

std::span<const verb_row> verbs();
const verb_row* find_verb(std::string_view name);

}  // namespace meshgauge::language
