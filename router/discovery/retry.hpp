#pragma once
/// When a failed try is followed by another. Pure; the same rule in the router and in the discovery client.
///
/// What was refused never reached an instance, so any method may go on. Anything later may have been processed: only
/// idempotent methods are sent again (RFC 9110, 9.2.2).

#include "router/core/cause.hpp"

namespace meshgauge::discovery {

struct retry_rule {
  unsigned count = 0;               ///< tries beyond the first
  bool on_connect_failure = false;  ///< refused, or not connected in time
  bool on_reset = false;            ///< closed, reset or garbage before a response
  bool on_timeout = false;          ///< no response in time
  bool on_5xx = false;              ///< any 5xx answer
  bool other_host = true;           ///< at an instance tried before only when there is no other
};

/// \param tries  made so far, this one included.
inline bool worth_another(const retry_rule& r, unsigned tries, cause why, unsigned status, bool idempotent) {
  if (tries > r.count) return false;
  switch (why) {
    case cause::connection_refused:
    case cause::connect_timeout:
      return r.on_connect_failure;
    case cause::connection_reset_before_response:
    case cause::connection_closed_before_response:
    case cause::bad_response:
      return r.on_reset && idempotent;
    case cause::response_timeout:
      return r.on_timeout && idempotent;
    case cause::upstream_5xx:
      return r.on_5xx && idempotent && status >= 500;
    default:
      return false;
  }
}

}  // namespace meshgauge::discovery
