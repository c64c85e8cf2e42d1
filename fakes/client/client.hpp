#pragma once
/// One client of the mesh: a program that calls a service, through whatever discovery it was given.
///
/// Client-side discovery: its resolver is a discovery client of its own, and its calls follow the router's policies
/// (time-out, retry) in its own process. Server-side: its resolver is the set of routers. The code of a call is the
/// same (`discovery::call`); the client's own deadline and retries come on top.

#include <string>

#include "router/discovery/call.hpp"
#include "router/discovery/resolver.hpp"

namespace meshgauge::client {

struct client_options {
  std::string service;  ///< what the resolver is asked for
  std::string method = "GET";
  std::string path = "/";
  std::string fields;  ///< whole lines, each with its CRLF
  std::string body;
  duration timeout = std::chrono::seconds(2);  ///< from the due time, for all of the request
  discovery::call_options call;                ///< of the discovery library in this client
  duration connect_timeout = std::chrono::milliseconds(250);
  http::pool_limits pool;
  discovery::retry_rule retry;  ///< the caller's own, on top
  bool keep_alive = true;
};

/// A request that has ended, as its caller saw it.
struct ended {
  std::uint64_t number = 0;
  instant due{}, sent{}, end{};
  unsigned status = 0;  ///< 0: none, the caller gave up
  cause why = cause::none;
  unsigned attempts = 0;       ///< of the caller
  std::string_view served_by;  ///< the answer's X-Served-By; valid during the callback
};

class listener {
 public:
  virtual ~listener() = default;
  virtual void request_ended(const ended& e) = 0;
};

class client {
 public:
  /// All must outlive the client's host's coroutines. `watching` may be null.
  client(net::host& h, discovery::resolver& instances, client_options o, discovery::observer* watching, listener& done)
      : host_(h), instances_(instances), options_(std::move(o)), watching_(watching), done_(done) {}

  /// Makes request `number`, which was due at `due`; `id` is its X-Request-Id.
  net::task<void> request(std::uint64_t number, std::string id, instant due);

  net::host& host() const { return host_; }
  std::size_t in_flight() const { return in_flight_; }

 private:
  class one_call;
  net::host& host_;
  discovery::resolver& instances_;
  client_options options_;
  discovery::observer* watching_;
  listener& done_;
  std::size_t in_flight_ = 0;
};

}  // namespace meshgauge::client
