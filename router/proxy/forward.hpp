#pragma once
/// Outgoing heads, built from parts: own framing, no hop-by-hop field and none that `Connection` nominates, forwarding
/// fields appended. Never a copy of what was received.

#include <optional>
#include <string>
#include <string_view>

#include "router/core/time.hpp"
#include "router/http/head.hpp"

namespace meshgauge::proxy {

struct forwarding {
  std::string_view proxy;        ///< name for Via
  std::string_view client;       ///< address for X-Forwarded-For
  std::string_view request_id;   ///< for X-Request-Id when the request brings none
  std::string_view target;       ///< to ask for
  std::string_view traceparent;  ///< for a request that brings none, or a malformed one; empty: none is made
  std::string_view upgrade;      ///< protocol to ask for; empty: none
  bool trailers = false;         ///< say that trailers are welcome
  std::optional<std::uint64_t> max_forwards;  ///< what the next one is told; none: the field goes on as it is
};

void append_request_head(std::string& out, const http::head& in, const forwarding& f);

struct relaying {
  std::string_view proxy;  ///< name for Via
  unsigned minor = 1;      ///< of the client: HTTP/1.0 gets no chunks
  bool keep_alive = true;
  bool to_head = false;
};

/// \return how the body must be framed.
http::framing append_response_head(std::string& out, const http::head& in, const relaying& r);
/// Of a 101 that was asked for.
void append_switching_head(std::string& out, const http::head& in, std::string_view proxy, std::string_view protocol);

/// How long a connection may wait for its next request: `ours`, or half a second less than the instance promises in
/// `Keep-Alive: timeout=N` when that is shorter; zero: not at all.
duration idle_allowed(const http::head& answer, duration ours);

/// A `traceparent` that may go on as it is (W3C Trace Context, section 3.2).
bool good_traceparent(std::string_view value);

/// The one protocol that the message offers or takes (`Upgrade` with `Connection: upgrade`); empty when there is none,
/// or several.
std::string_view upgrade_of(const http::head& h);

}  // namespace meshgauge::proxy
