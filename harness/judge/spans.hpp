#pragma once
/// From the words of a scope ("during dark", "within 5s after outage.end") to spans of a run's time.
///
/// A span is half-open, [start, end). The recorder cut its buckets where the scopes need it, so a span is a whole
/// number of buckets; where that could not be (a limit on buckets, a random offset) a bucket belongs to the span that
/// holds its middle.

#include <string>
#include <vector>

#include "harness/record/result.hpp"

namespace meshgauge::judge {

struct span {
  instant start{}, end{};
  bool operator==(const span&) const = default;
};
using spans = std::vector<span>;  ///< in order, apart

struct spans_or_reason {
  spans value;
  std::string reason;  ///< not empty: there is no such stretch in this run, in words
};

/// A window by name; "measured" is the union of the measured phases.
spans_or_reason window_spans(const record::result& r, std::string_view name);

struct instant_or_reason {
  instant value{};
  std::string reason;
};
instant_or_reason resolve(const record::result& r, const scenarios::moment& m);

/// The stretches of `scope`, each of which must hold by itself: one, or the slices of `every` and `within`.
struct scoped {
  std::vector<spans> slices;
  std::string reason;
  /// The last slice is shorter than the others. It is judged when more would only make it worse (`<`, `<=`, `==`).
  bool last_is_short = false;
};
scoped resolve(const record::result& r, const scenarios::scope& scope);

/// f(bucket) for each bucket that lies in one of `where`.
template <class F>
void for_each_bucket(const record::result& r, const spans& where, F f) {
  auto b = r.buckets.begin();
  for (const span& s : where) {
    while (b != r.buckets.end() && b->start + (b->end - b->start) / 2 < s.start) ++b;
    for (; b != r.buckets.end() && b->start + (b->end - b->start) / 2 < s.end; ++b) f(*b);
  }
}

}  // namespace meshgauge::judge
