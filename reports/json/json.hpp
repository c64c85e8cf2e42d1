#pragma once
/// Everything a run came to as one JSON document: schema "meshgauge/result-1", `kind` "verdicts". Within a version keys
/// are only added. Equal verdicts give equal bytes: no wall time, no host.

#include <string>

#include "harness/judge/verdict.hpp"

namespace meshgauge::reports::json {

struct options {
  int indent = 2;  ///< -1: one line
};

std::string render(const judge::judged& j, const options& o = {});

}  // namespace meshgauge::reports::json
