#pragma once
/// Two streams joined after a 101: bytes go through as they come, until both sides have ended or nobody has said
/// anything for too long.

#include "router/net/host.hpp"

namespace meshgauge::proxy {

/// Returns when the tunnel is over; both streams are closed then. A side that only stops sending is told on as such; an
/// error on either side resets the other. What `a` and `b` have in their buffers is the first to go.
net::task<void> tunnel(net::host& h, net::stream& a, net::stream& b, duration idle);

}  // namespace meshgauge::proxy
