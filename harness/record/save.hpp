#pragma once
/// A recorded result as JSON and back. Equal results give equal bytes; loading what was saved gives an equal result.
///
/// Schema "meshgauge/result-1", `kind` "record". Within a version keys are only added. Times are integer nanoseconds
/// from the beginning of the world; long lists of numbers are flat (docs/results.md shows each).

#include <memory>
#include <string>
#include <string_view>

#include "harness/record/result.hpp"

namespace meshgauge::record {

inline constexpr std::string_view schema_id = "meshgauge/result-1";

std::string save(const result& r);

struct loaded {
  std::unique_ptr<result> value;  ///< null: `error` says why, in one line
  std::string error;
};
loaded load(std::string_view text);

}  // namespace meshgauge::record
