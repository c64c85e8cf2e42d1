#pragma once
/// Failing buckets joined into bursts, and each burst related to what happened just before it.

#include <functional>
#include <string>
#include <vector>

#include "harness/judge/spans.hpp"

namespace meshgauge::judge {

struct burst {
  instant start{}, end{};
  duration first_bucket{};  ///< how exactly `start` is known
  bool operator==(const burst&) const = default;
};

/// Buckets of `where` for which `bad` holds, joined where they are at most half a second apart; further apart when
/// there would be more than eight.
std::vector<burst> bursts_of(const record::result& r, const spans& where,
                             const std::function<bool(const record::bucket&)>& bad);

/// Something that happened, in words. Changes of several instances within 250 ms are one mark.
struct mark {
  instant at{};
  std::string named;    ///< "payments/0 and payments/1 stop"
  std::string general;  ///< "2 instances stop": what several bursts can have in common
};
/// In order of time.
std::vector<mark> marks_of(const scenarios::scenario& s, const record::result& r);

/// "3 bursts at 31.0, 53.0 and 75.0 s, each right after 2 instances stop".
std::string bursts_text(const std::vector<burst>& bursts, const std::vector<mark>& marks);

}  // namespace meshgauge::judge
