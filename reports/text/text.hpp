#pragma once
/// The end of a run as text: what was run, what each variant came to, what is broken and why, and the closing line that
/// CI systems count. ASCII, no cursor movement, colour only when asked. A function of the verdicts alone.

#include <string>
#include <vector>

#include "harness/judge/verdict.hpp"

namespace meshgauge::reports::text {

struct options {
  bool colour = false;
  bool verbose = false;            ///< list what passed, too
  std::vector<std::string> notes;  ///< lines for the end, such as where a report was written
};

std::string render(const judge::judged& j, const options& o = {});

}  // namespace meshgauge::reports::text
