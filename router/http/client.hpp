#pragma once
/// A small HTTP client over one kept connection: what discovery clients, registrars and health checks talk with.
///
/// `ask` sends one request and reads the whole answer before `deadline`. A kept connection that turns out to be closed
/// is replaced once, when nothing was answered on it. One request at a time.

#include <string>
#include <string_view>

#include "router/http/head.hpp"
#include "router/net/host.hpp"

namespace meshgauge::http {

struct response {
  unsigned status = 0;
  std::string body;
  std::uint64_t revision = 0;  ///< X-Meshgauge-Revision, or 0
};

class client {
 public:
  client(net::host& h, const net::endpoint& to, std::size_t body_max = 64 * 1024 * 1024)
      : host_(h), to_(to), body_max_(body_max) {}

  /// \param target  path and query, without control characters.
  /// Errors: those of connect and read, errc::timed_out, and bad_message for an answer that is not HTTP/1.1.
  net::task<net::result<response>> ask(std::string_view method, std::string target, std::string body, instant deadline);

 private:
  net::task<net::result<response>> exchange(std::string text, bool to_head, instant deadline, bool& unanswered);

  net::host& host_;
  net::endpoint to_;
  std::size_t body_max_;
  net::stream_ptr kept_;
};

}  // namespace meshgauge::http
