#include "router/lb/p2c.hpp"

namespace meshgauge::lb {

choice p2c::pick(endpoints list, rng& r, instant) const {
  const auto n = list.size();
  if (n == 0) return {};
  const auto a = static_cast<std::size_t>(r.below(n));
  if (n == 1) {
    r.next();
    return a;
  }
  auto b = static_cast<std::size_t>(r.below(how_ == draws::distinct ? n - 1 : n));
  if (how_ == draws::distinct && b >= a) ++b;
  return list[b].in_flight < list[a].in_flight ? b : a;
}

}  // namespace meshgauge::lb
