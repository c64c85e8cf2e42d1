#include "router/lb/least_request.hpp"

namespace meshgauge::lb {

choice least_request::pick(endpoints list, rng& r, instant) const {
  if (list.empty()) return {};
  std::size_t first = 0;
  std::size_t equal = 1;
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (list[i].in_flight < list[first].in_flight) {
      first = i;
      equal = 1;
    } else if (list[i].in_flight == list[first].in_flight) {
      ++equal;
    }
  }
  if (ties_ == tie::first) return first;

  // Second pass to the chosen one of the equal: a reservoir would cost a draw for each tie.
  auto skip = r.below(equal);
  std::size_t at = first;
  while (skip > 0)
    if (list[++at].in_flight == list[first].in_flight) --skip;
  return at;
}

}  // namespace meshgauge::lb
