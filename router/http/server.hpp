#pragma once
/// The server's side of a connection for programs that read whole requests: the registry, admin pages, fakes.
///
/// Reads with bounds on time and size, and answers what it refuses (400, 408, 413, 414, 431, 501, 505) by itself;
/// afterwards the connection is closed and nothing behind a refused request is looked at.

#include <string>
#include <string_view>

#include "router/http/head.hpp"
#include "router/http/text.hpp"
#include "router/net/host.hpp"

namespace meshgauge::http {

struct server_limits {
  http::limits head;
  std::size_t body = 1024 * 1024;
  duration idle_timeout = std::chrono::seconds(75);  ///< between requests
  duration head_timeout = std::chrono::seconds(10);  ///< first byte to end of the head
  duration body_timeout = std::chrono::seconds(30);  ///< whole body
};

/// A request that is here in full; owns its text.
struct request {
  std::string method;
  std::string target;  ///< origin form
  std::string body;
  std::string request_id;  ///< X-Request-Id, or empty
  bool keep_alive = true;
};

class server_connection {
 public:
  server_connection(net::host& h, net::stream_ptr s, const server_limits& l = {});

  /// Waits for the next request; false when the connection is over (closed, refused, host stopping).
  net::task<bool> next(request& out);
  /// Sends `a`; `a.keep_alive` and `a.to_head` are set from the request. False when the connection is over.
  net::task<bool> reply(const request& to, answer a);
  net::stream& stream() { return *stream_; }
  /// Completed when the client goes away (or sends more) while an answer is awaited; see net::stream::watch.
  bool watch(net::op& o) { return stream_->watch(o); }

 private:
  net::task<void> refuse(unsigned status, std::string_view why);

  net::host& host_;
  net::stream_ptr stream_;
  server_limits limits_;
};

/// Accepts until the listener closes or the host stops, and runs `serve(stream)` for each connection in the host.
template <class Serve>
net::task<void> accept_all(net::host& h, net::listener& from, Serve serve) {
  for (;;) {
    auto s = co_await from.accept();
    if (!s) co_return;
    h.spawn(serve(std::move(*s)));
  }
}

}  // namespace meshgauge::http
