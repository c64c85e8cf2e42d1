#pragma once
/// The words that several reports share about one check.

#include <string>

#include "harness/judge/verdict.hpp"

namespace meshgauge::judge {

/// The command that runs the check again on its first failing seed.
std::string again(const judged& j, const check& c);

/// "679  (median of 10 seeds, 393 ... 912)"; "nothing" when no seed could be measured.
std::string measured_text(const check& c);
/// "0", "12 ... 15 ms"; empty when unknown.
std::string limit_text(const check& c);
/// Rule ci: "1.42 x the limit, 95 % interval 1.2 ... 1.5, 10 paired seeds"; else empty.
std::string paired_text(const check& c);

}  // namespace meshgauge::judge
