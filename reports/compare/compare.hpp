#pragma once
/// Variants side by side: medians with their spread, and the paired ratio of each variant to the first.

#include <string>

#include "harness/judge/verdict.hpp"

namespace meshgauge::reports::compare {

struct options {
  bool ascii = false;  ///< "/", "+-", "x", "..." instead of the signs
};

/// Empty when nothing was compared.
std::string render(const judge::judged& j, const options& o = {});

/// The same as one JSON object (`null` when nothing was compared).
std::string render_json(const judge::judged& j);

}  // namespace meshgauge::reports::compare
