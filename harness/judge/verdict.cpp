#include "harness/judge/verdict.hpp"

#include <algorithm>

namespace meshgauge::judge {

std::size_t judged::count(verdict v) const {
  return static_cast<std::size_t>(
      std::count_if(checks.begin(), checks.end(), [v](const check& c) { return c.what == v; }));
}

std::size_t judged::warnings() const {
  return static_cast<std::size_t>(std::count_if(checks.begin(), checks.end(), [](const check& c) {
    return c.what == verdict::fail && c.severity == scenarios::severity::warn;
  }));
}

int judged::exit_code(bool allow_inconclusive) const {
  if (failed() != 0) return 1;
  return count(verdict::inconclusive) != 0 && !allow_inconclusive ? 3 : 0;
}

}  // namespace meshgauge::judge
