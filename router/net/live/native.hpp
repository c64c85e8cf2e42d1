#pragma once
/// Endpoints as the kernel writes them.

#include <sys/socket.h>

#include "router/net/endpoint.hpp"

namespace meshgauge::net::live {

/// \return the length of the address in `out`.
socklen_t to_native(const endpoint& e, sockaddr_storage& out);
endpoint from_native(const sockaddr_storage& in);

}  // namespace meshgauge::net::live
