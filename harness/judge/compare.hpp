#pragma once
/// Variants side by side: each metric's median over seeds, and the paired ratio of each variant to the first one.

#include <span>
#include <string>
#include <vector>

#include "harness/judge/verdict.hpp"
#include "harness/record/result.hpp"

namespace meshgauge::judge {

/// \param windows  besides "measured"; latency and counts are shown for these too.
comparison compare(const std::vector<std::string>& variants, std::span<const record::result* const> results,
                   const std::vector<std::string>& windows);

}  // namespace meshgauge::judge
