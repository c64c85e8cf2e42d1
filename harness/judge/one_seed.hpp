#pragma once
/// A check on one seed: every slice of its scope, the worst of them, and what made it impossible to say.

#include "harness/judge/evaluate.hpp"

namespace meshgauge::judge {

bool holds(scenarios::comparison c, double left, double right);

struct seed_outcome {
  seed_value value;
  judge::unit unit = unit::count;
  bool in_slices = false;
  spans broken;  ///< slices that did not hold
};

seed_outcome judge_seed(const scenarios::scenario& s, const scenarios::expectation& e, std::string_view variant,
                        const record::result& own, const result_of& results);

}  // namespace meshgauge::judge
