#pragma once
/// One call of a service: choose, try, and try again as the rule says. The router and the discovery client do this with
/// the same code; what differs is only who asks and what becomes of the answer.

#include "router/discovery/observer.hpp"
#include "router/discovery/resolver.hpp"
#include "router/discovery/retry.hpp"
#include "router/http/upstream.hpp"

namespace meshgauge::discovery {

struct call_options {
  retry_rule retry;
  duration timeout = std::chrono::seconds(1);  ///< of one try, to the response head
  instant deadline = never;                    ///< of the whole call
};

/// A try that knows whether it could be made again.
class repeatable_try : public http::upstream_try {
 public:
  using upstream_try::upstream_try;
  /// False when something is used up (a body that was streamed) or nobody waits any more.
  virtual bool may_repeat() const { return true; }
  /// The caller has gone: whatever the try says, the cause is client_abort.
  virtual bool abandoned() const { return false; }
};

struct call_result {
  cause why = cause::none;       ///< none, also for an instance's own 5xx: an answer is here
  unsigned status = 0;           ///< of the instance; 0: there is no answer
  cause answered = cause::none;  ///< with an answer of 500 or more: upstream_5xx, or what its Proxy-Status says
  unsigned tries = 0;
  ticket to;  ///< who was tried last; keep it until the body is dealt with
};

/// After status != 0 the answer's head is in scratch_head_now(), its stream in t.connection.
/// \param service, request_id  must live until the call has ended.
/// \param watching  may be null.
net::task<call_result> call(repeatable_try& t, net::host& from, resolver& instances, std::string_view service,
                            std::string_view request_id, call_options o, observer* watching);

}  // namespace meshgauge::discovery
