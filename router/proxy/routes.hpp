#pragma once
/// Which service a request is for. Pure: a list of rules, the first that fits decides.
///
/// The list that a router starts with has one rule: the first segment of the path names the service.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/http/head.hpp"

namespace meshgauge::proxy {

struct route {
  /// Of the path, in whole segments: "/pay" fits "/pay", "/pay/7" and "/pay?x", not "/payment". Empty or "/": any.
  std::string prefix;
  /// Without port, case does not matter: "shop.example", "*.example" (at least one label more), or empty for any.
  std::string host;
  std::string header;        ///< name of a field that must be there; empty: none
  std::string header_value;  ///< its value, exactly; empty: any
  /// Who gets it; "*": the path's segment behind the prefix names the service.
  std::string service = "*";
  bool strip = false;  ///< take the prefix (and with "*" that segment) away before forwarding
};

class route_table {
 public:
  /// The default: by the first segment of the path.
  route_table() : route_table(false) {}
  explicit route_table(bool strip) : routes_{route{.strip = strip}} {}
  explicit route_table(std::vector<route> routes) : routes_(std::move(routes)) {}

  struct found {
    std::string_view service;  ///< empty: nobody
    std::size_t stripped = 0;  ///< bytes of the target to take away
  };
  /// The views live as long as the head and the table.
  found match(const http::head& h) const;

  /// What is wrong with a rule; none when it is good.
  static std::optional<std::string> problem(const route& r);
  const std::vector<route>& routes() const { return routes_; }

 private:
  std::vector<route> routes_;
};

/// `target` without its first `n` bytes, as a target: "/payments?x" without 9 is "/?x". May be built in `out`.
std::string_view stripped(std::string_view target, std::size_t n, std::string& out);

}  // namespace meshgauge::proxy
