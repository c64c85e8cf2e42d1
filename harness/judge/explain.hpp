#pragma once
/// The `when` and `why` of a broken expectation, from the recorded result alone.
///
/// when: the buckets that broke it, joined into bursts, and the event that each burst follows.
/// why:  the failed requests in them by cause and by what was true about the instance, and how old the view was.

#include <string>

#include "harness/judge/spans.hpp"
#include "scenarios/model/scenario.hpp"

namespace meshgauge::judge {

struct explanation {
  std::string when, why;
};

/// \param broken  the stretches in which the expectation did not hold.
/// \param limit   what was measured against, in the unit of the metric; compared with single buckets.
explanation explain(const scenarios::scenario& s, const scenarios::expectation& e, const record::result& r,
                    const spans& broken, double limit);

}  // namespace meshgauge::judge
