#pragma once
/// What happened to one request, as told to the recorder and as kept in samples: its end, and its attempts.

#include <cstdint>

#include "router/core/cause.hpp"
#include "router/core/time.hpp"

namespace meshgauge::record {

inline constexpr std::uint32_t nobody = 0xffffffffU;

/// One try of a request at one instance, finished. Reported by whoever chose the instance: the client's discovery
/// library or a router.
struct attempt {
  std::uint32_t load = 0;                  ///< index into scenario::loads
  std::uint64_t request = 0;               ///< number within its load, from 0 in order of due time
  std::uint32_t chooser = nobody;          ///< viewer that chose (recorder::add_viewer)
  std::uint32_t instance = nobody;         ///< incarnation (recorder::add_instance); nobody: none was available
  meshgauge::truth then = truth::unknown;  ///< about the instance when it was chosen
  duration view_age{};                     ///< time since the view used was last known to be current
  instant sent{}, end{};
  unsigned status = 0;  ///< 0: no response
  cause why = cause::none;
  bool operator==(const attempt&) const = default;
};

/// One request of a client, ended for good. Exactly one a request.
struct request {
  std::uint32_t load = 0;
  std::uint64_t number = 0;
  std::uint32_t client = 0;         ///< number within its load
  instant due{}, sent{}, end{};     ///< sent: of the first attempt (equals end when none was sent)
  unsigned status = 0;              ///< as the caller saw it; mapped from the cause where no response came; 0: none
  cause why = cause::none;          ///< as the caller saw it, or as the router's Proxy-Status says
  std::uint32_t instance = nobody;  ///< that answered, when the caller knows it
  unsigned attempts = 1;            ///< of the caller (the router's own come through `attempt`)
  bool operator==(const request&) const = default;
};

/// Failed as the ledger counts it: every such request has a cause.
constexpr bool failed(const request& r) {
  return r.why != cause::none || r.status == 0 || r.status >= 500;
}

}  // namespace meshgauge::record
