#pragma once
/// Finds a fault that hit nobody: a green tick beside it would say nothing.

#include <string>

#include "harness/judge/spans.hpp"
#include "scenarios/model/scenario.hpp"

namespace meshgauge::judge {

/// In words, a fault on instances that was active during `where` while its targets saw no attempt at all; else empty.
std::string idle_fault(const scenarios::scenario& s, const record::result& r, const spans& where);

}  // namespace meshgauge::judge
