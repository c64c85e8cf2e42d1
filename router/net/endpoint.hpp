#pragma once
/// Where a listener is: an address and a port, the same type in both worlds (10.0.0.0/8 simulated, 127.0.0.0/8 live).

#include <boost/asio/ip/address.hpp>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace meshgauge::net {

struct endpoint {
  boost::asio::ip::address address;
  std::uint16_t port = 0;
  friend bool operator==(const endpoint&, const endpoint&) = default;
  friend auto operator<=>(const endpoint& a, const endpoint& b) {
    if (a.address < b.address) return std::strong_ordering::less;
    if (b.address < a.address) return std::strong_ordering::greater;
    return a.port <=> b.port;
  }
};

/// "127.0.0.1:8000", "[::1]:8000".
std::string to_string(const endpoint& e);
/// The reverse; a name that is not an address gives nothing ("localhost" is taken as 127.0.0.1).
std::optional<endpoint> parse_endpoint(std::string_view text);

}  // namespace meshgauge::net
