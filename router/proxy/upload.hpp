#pragma once
/// A request's body on its way from the client to the instance, beside the reading of the answer.
///
/// An instance may answer before it has seen all of a body, and one that stops reading then must not keep us from
/// reading what it said. So the body is carried by a coroutine of its own. It never wakes the exchange inside its own
/// call: when it fails it moves the instance's deadline to now, which ends the exchange's wait from the loop; so the
/// exchange may stop it at any time.

#include "router/core/cause.hpp"
#include "router/net/host.hpp"
#include "router/proxy/options.hpp"
#include "router/proxy/pieces.hpp"

namespace meshgauge::proxy {

class upload {
 public:
  upload(net::host& h, const options& o) : host_(h), options_(o) {}

  /// A new request; nothing runs yet.
  /// \param here  all of the body is in the buffer and leaves with the head: there is nothing to do.
  void reset(http::body_reader body, bool here);
  /// \param ask_first  the client waits for "100 Continue".
  /// \param after      put on watch at `from` once the body is through (who goes away then?).
  void start(net::stream& from, net::stream& to, bool chunked, bool ask_first, net::op& after);
  void stop() { running_.kill(); }
  /// The answer has begun: from now on its reader owns the instance's deadline.
  void answered() { answered_ = true; }

  /// Not all of the body has been read from the client.
  bool unread() const { return !body_read_; }
  /// All of it has gone to the instance.
  bool complete() const { return complete_; }
  bool running() const { return running_.count() > 0; }
  /// What the client did wrong: bad_request, body_too_large, request_timeout, client_abort; otherwise none. Once the
  /// answer has begun only client_abort counts: a client may stop sending when it has heard enough.
  cause fault() const { return fault_; }

 private:
  net::task<void> run(net::stream& from, net::stream& to, bool chunked, bool ask_first, net::op& after);
  void fail(net::stream& to, cause why);

  net::host& host_;
  const options& options_;
  http::body_reader body_;
  bool body_read_ = true;
  bool complete_ = true;
  bool answered_ = false;
  cause fault_ = cause::none;
  net::nursery running_;
};

}  // namespace meshgauge::proxy
