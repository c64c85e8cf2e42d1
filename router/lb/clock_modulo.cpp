#include "router/lb/clock_modulo.hpp"

#include "router/core/assert.hpp"

namespace meshgauge::lb {

clock_modulo::clock_modulo(duration unit, duration tick) : unit_(unit), tick_(tick) {
  MESHGAUGE_ASSERT(unit.count() > 0 && tick.count() > 0);
}

choice clock_modulo::pick(endpoints list, rng&, instant now) const {
  if (list.empty()) return {};
  const auto shown = now.time_since_epoch() / tick_ * tick_;  // the last tick of the clock
  return static_cast<std::size_t>(static_cast<std::uint64_t>(shown / unit_) % list.size());
}

}  // namespace meshgauge::lb
