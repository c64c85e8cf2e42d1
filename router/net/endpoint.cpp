#include "router/net/endpoint.hpp"

#include <charconv>

namespace meshgauge::net {

std::string to_string(const endpoint& e) {
  const std::string host = e.address.to_string();
  return (e.address.is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(e.port);
}

std::optional<endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  endpoint e;
  const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), e.port);
  if (problem != std::errc{} || end != port.data() + port.size() || port.empty()) return std::nullopt;
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  boost::system::error_code ec;
  e.address = boost::asio::ip::make_address(std::string(host), ec);
  if (ec) return std::nullopt;
  return e;
}

}  // namespace meshgauge::net
