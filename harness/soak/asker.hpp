#pragma once
/// A client over one kept connection that hides nothing: it repeats no request, and says how each one ended.
///
/// http::client is no witness, because it mends the keep-alive race by itself; here a connection that is closed without
/// having been announced is the very thing that is looked for.

#include <cstdint>
#include <string>
#include <string_view>

#include "router/core/cause.hpp"
#include "router/net/host.hpp"

namespace meshgauge::soak {

struct reply {
  enum class ending : std::uint8_t {
    answered,
    not_connected,  ///< refused, or closed before the request was sent
    lost,           ///< anything else, from the first byte sent
  };
  ending how = ending::lost;
  unsigned status = 0;
  std::string body;
  cause why = cause::none;  ///< of the router's own answer
  bool closes = false;      ///< it said that it closes the connection
  net::error_code error;
};

/// The cause in `meshgauge; error=...; details="connection-refused"`; none when it is somebody else's field.
cause cause_in(std::string_view proxy_status);

class asker {
 public:
  asker(net::host& h, const net::endpoint& to) : host_(h), to_(to) {}

  /// \param text  the whole request, head and body.
  net::task<reply> ask(std::string text, instant deadline);
  /// The next request goes over a new connection.
  void let_go() { stream_.reset(); }
  std::uint64_t connections() const { return connections_; }

 private:
  net::task<reply> read(instant deadline);

  net::host& host_;
  net::endpoint to_;
  net::stream_ptr stream_;
  std::uint64_t connections_ = 0;
};

/// A request with these parts; a body only when there is one or the method is POST.
std::string request_text(std::string_view method, std::string_view target, std::string_view id, std::string_view body);

}  // namespace meshgauge::soak
