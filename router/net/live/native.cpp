#include "router/net/live/native.hpp"

#include <netinet/in.h>

#include <cstring>

namespace meshgauge::net::live {

socklen_t to_native(const endpoint& e, sockaddr_storage& out) {
  out = {};
  if (e.address.is_v6()) {
    auto& a = reinterpret_cast<sockaddr_in6&>(out);
    a.sin6_family = AF_INET6;
    a.sin6_port = htons(e.port);
    const auto bytes = e.address.to_v6().to_bytes();
    std::memcpy(&a.sin6_addr, bytes.data(), bytes.size());
    return sizeof a;
  }
  auto& a = reinterpret_cast<sockaddr_in&>(out);
  a.sin_family = AF_INET;
  a.sin_port = htons(e.port);
  a.sin_addr.s_addr = htonl(e.address.to_v4().to_uint());
  return sizeof a;
}

endpoint from_native(const sockaddr_storage& in) {
  if (in.ss_family == AF_INET6) {
    const auto& a = reinterpret_cast<const sockaddr_in6&>(in);
    boost::asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &a.sin6_addr, bytes.size());
    return {boost::asio::ip::address_v6(bytes), ntohs(a.sin6_port)};
  }
  const auto& a = reinterpret_cast<const sockaddr_in&>(in);
  return {boost::asio::ip::address_v4(ntohl(a.sin_addr.s_addr)), ntohs(a.sin_port)};
}

}  // namespace meshgauge::net::live
