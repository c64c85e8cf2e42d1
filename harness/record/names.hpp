#pragma once
/// The words that result files use for the record's own enumerations. (Causes and truths have theirs in router/core.)

#include <string_view>

#include "harness/record/result.hpp"

namespace meshgauge::scenarios {
constexpr std::string_view name_of(engine e) {
  return e == engine::sim ? "sim" : "live";
}
}  // namespace meshgauge::scenarios

namespace meshgauge::record {

constexpr std::string_view name_of(window::kind k) {
  constexpr std::string_view names[] = {"run", "phase", "event"};
  return names[static_cast<std::size_t>(k)];
}
constexpr std::string_view name_of(fired_event::kind k) {
  constexpr std::string_view names[] = {"started", "ended", "noted"};
  return names[static_cast<std::size_t>(k)];
}

}  // namespace meshgauge::record
