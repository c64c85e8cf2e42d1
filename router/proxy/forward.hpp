#pragma once
/// Outgoing heads, built from parts: own framing, no hop-by-hop field and none that `Connection` nominates, forwarding
/// fields appended. Never a copy of what was received.

#include <string>
#include <string_view>

#include "router/http/head.hpp"

namespace meshgauge::proxy {

struct forwarding {
  std::string_view proxy;       ///< name for Via
  std::string_view client;      ///< address for X-Forwarded-For
  std::string_view request_id;  ///< for X-Request-Id when the request brings none
  std::string_view target;      ///< to ask for
};

void append_request_head(std::string& out, const http::head& in, const forwarding& f);

/// \param minor  of the client: HTTP/1.0 gets no chunks. \return how the body must be framed.
http::framing append_response_head(std::string& out, const http::head& in, std::string_view proxy, unsigned minor,
                                   bool keep_alive, bool to_head);

}  // namespace meshgauge::proxy
