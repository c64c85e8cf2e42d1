#pragma once
/// The determinism check: runs again and, when anything differs, names the first event that does.

#include <string>

#include "harness/record/result.hpp"
#include "scenarios/model/scenario.hpp"

namespace meshgauge::run {

/// \param before  the result of an earlier simulated run of the same. \return empty when the second run was the same.
std::string compare_runs(const scenarios::scenario& what, std::size_t variant, std::uint64_t seed,
                         const record::result& before);

}  // namespace meshgauge::run
