#include "router/proxy/upload.hpp"

namespace meshgauge::proxy {

using net::error_code;
using net::task;

void upload::reset(http::body_reader body, bool here) {
  body_ = body;
  body_read_ = complete_ = here;
  answered_ = false;
  fault_ = cause::none;
}

void upload::start(net::stream& from, net::stream& to, bool chunked, bool ask_first, net::op& after) {
  to.patience(options_.upstream_timeout);
  running_.spawn(run(from, to, chunked, ask_first, after));
}

void upload::fail(net::stream& to, cause why) {
  if (answered_ && why != cause::client_abort) return;
  fault_ = why;
  to.deadline(host_.now());
}

task<void> upload::run(net::stream& from, net::stream& to, bool chunked, bool ask_first, net::op& after) {
  pieces body(body_, chunked, options_.trailers);
  if (ask_first && from.peek().empty()) {
    from.deadline(saturating_add(host_.now(), options_.client_body_timeout));
    const error_code ec = co_await from.send(net::buffer_of("HTTP/1.1 100 Continue\r\n\r\n"));
    if (ec) co_return fail(to, cause::client_abort);
  }
  while (!body.done()) {
    const bool good = body.gather(from.peek());
    if (body.announced_bytes() > options_.body_max) co_return fail(to, cause::body_too_large);
    if (!good) co_return fail(to, cause::bad_request);
    if (!body.empty()) {
      to.deadline(saturating_add(host_.now(), answered_ ? options_.upstream_body_timeout : options_.upstream_timeout));
      const error_code ec = co_await to.send(body.buffers());
      from.consume(body.consumed());
      body_read_ = body.done();
      if (ec) {  // it may have answered all the same: whoever reads that gets a moment for it
        if (!answered_) to.deadline(saturating_add(host_.now(), options_.upstream_timeout));
        co_return;
      }
      continue;
    }
    from.consume(body.consumed());
    body_read_ = body.done();
    if (body.consumed() > 0 || body.done()) continue;
    if (!answered_) to.deadline(never);  // it is the client who is slow
    from.expect(256 * 1024);
    from.deadline(saturating_add(host_.now(), options_.client_body_timeout));
    const error_code ec = co_await from.fill();
    if (!ec) continue;
    co_return fail(to, ec == net::errc::timed_out   ? cause::request_timeout
                       : ec == net::end_of_stream() ? cause::bad_request
                                                    : cause::client_abort);
  }
  from.expect(0);
  to.patience(duration::zero());
  if (!answered_) from.deadline(never);
  complete_ = true;
  if (!answered_) to.deadline(saturating_add(host_.now(), options_.upstream_timeout));
  from.watch(after);
}

}  // namespace meshgauge::proxy
