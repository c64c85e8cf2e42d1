#pragma once
/// The routers a client may send its requests to, for server-side discovery: taken in turn. One that cannot be reached
/// is left alone for a while and the request goes to the next at once.

#include <string>
#include <vector>

#include "router/discovery/resolver.hpp"
#include "router/discovery/retry.hpp"
#include "router/net/host.hpp"

namespace meshgauge::discovery {

class router_set final : public resolver {
 public:
  /// \param start  whose turn is first: spread clients over the routers.
  router_set(net::host& h, std::vector<net::endpoint> routers, std::size_t start,
             duration leave_alone = std::chrono::seconds(5));

  picked pick(std::string_view service, std::span<const std::string_view> tried) override;
  net::task<void> load(std::string_view, instant) override { co_return; }
  void unreachable(const member& router) override;

  /// What makes a call go on to the next router, and no further than once round.
  retry_rule once_round() const {
    return {.count = static_cast<unsigned>(routers_.size() - 1), .on_connect_failure = true};
  }

 private:
  struct entry {
    member_ptr what;
    instant leave_alone_until{};
  };
  net::host& host_;
  std::vector<entry> routers_;
  std::size_t next_;
  duration leave_alone_;
};

}  // namespace meshgauge::discovery
