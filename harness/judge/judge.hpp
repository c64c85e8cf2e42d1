#pragma once
/// (scenario, recorded results of its variants and seeds) -> verdicts. Pure: no clock, no file, no order but the
/// scenario's. docs/judging.md has the rules in words.

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness/judge/verdict.hpp"
#include "harness/record/result.hpp"

namespace meshgauge::judge {

struct options {
  bool compare = false;                                        ///< fill judged::compared
  std::vector<std::string> compare_windows;                    ///< besides "measured"
  std::optional<unsigned> only;                                ///< the number of one expectation, from 1
  std::vector<std::pair<std::string, std::string>> overrides;  ///< `--set`, for the command that runs it again
};

/// \param results  any order, at most one for a variant and seed; variants that were not run are left out.
judged judge(const scenarios::scenario& s, std::span<const record::result* const> results, const options& o = {});

/// One expectation on one variant.
check judge_one(const scenarios::scenario& s, std::size_t expectation, std::string_view variant,
                std::span<const record::result* const> results);

}  // namespace meshgauge::judge
