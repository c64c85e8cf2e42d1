#pragma once
/// Reads one expectation: `latency.p99 <= 1.5 * latency.p99@steady during rollout`.
///
///     expectation = sum compare sum [ scope ]
///     sum         = product { (+|-) product }      product = factor { (*|/) factor }
///     factor      = quantity | selector | "(" sum ")"
///     selector    = [ variant "." ] metric [ "{" target "}" ] [ "@" window ]
///     scope       = "during" W | "from" A "to" B | "in every" T "of" W [ "from" A ] | "within" T "after" A [ "until" B
///     ]
///
/// Operators stand between blanks, because names may hold - and /. The unit on one side of the comparison decides how
/// the metrics of the other are read, so units are checked here, once, and the judge only computes.

#include <optional>

#include "scenarios/language/targets.hpp"
#include "scenarios/language/windows.hpp"

namespace meshgauge::language {

struct surroundings {
  const scenarios::scenario& scenario;
  const language::windows& windows;
  const language::hosts& hosts;
};

/// Fills text, left, right, compare, scope, variants and compares_variants.
std::optional<scenarios::expectation> read_expectation(context& c, slice s, const surroundings& around);

}  // namespace meshgauge::language
