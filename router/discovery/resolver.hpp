#pragma once
/// Who answers "which instance?": the seam between a request pipeline (the router's, a client's) and whatever knows the
/// instances. The discovery client is one; a static list is another.

#include <span>
#include <string_view>

#include "router/core/cause.hpp"
#include "router/discovery/endpoint_set.hpp"
#include "router/net/task.hpp"

namespace meshgauge::discovery {

struct picked {
  /// none, or no_route (no such service), no_instance (nobody UP), registry_unavailable (no view that counts).
  cause why = cause::none;
  bool loading = false;  ///< nothing is known yet: wait for `load`, then pick again
  ticket to;             ///< empty unless why == none
  duration view_age{};   ///< of the view that was used
  std::uint64_t revision = 0;
};

class resolver {
 public:
  virtual ~resolver() = default;

  /// Chooses an instance of `service` and counts the request in flight there for as long as the ticket lives.
  /// \param tried  ids that must not be picked again for this request.
  virtual picked pick(std::string_view service, std::span<const std::string_view> tried) = 0;

  /// Returns when the first answer about `service` (or its failure) is there, or at `by`.
  virtual net::task<void> load(std::string_view service, instant by) = 0;

  /// No connection could be had to one that was picked.
  virtual void unreachable(const member&) {}
};

}  // namespace meshgauge::discovery
