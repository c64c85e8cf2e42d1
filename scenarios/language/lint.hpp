#pragma once
/// Warnings about expectations that parse but cannot say much: too few samples for a percentile, limits that chance
/// alone breaks.

#include "scenarios/language/expression.hpp"

namespace meshgauge::language {

void lint_expectation(context& c, const scenarios::expectation& e, const sided& left, const sided& right,
                      const surroundings& around);

/// Requests that open loads send between two times; nothing when a closed load takes part, or an event changes the
/// load.
std::optional<double> expected_requests(const scenarios::scenario& s, duration from, duration to, bool measured_only);

}  // namespace meshgauge::language
