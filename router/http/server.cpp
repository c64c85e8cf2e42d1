#include "router/http/server.hpp"

#include "router/http/body.hpp"

namespace meshgauge::http {

using net::error_code;
using net::task;

server_connection::server_connection(net::host& h, net::stream_ptr s, const server_limits& l)
    : host_(h), stream_(std::move(s)), limits_(l) {
  stream_->peek_limit(l.head.head > 16 * 1024 ? l.head.head : 16 * 1024);
}

task<void> server_connection::refuse(unsigned status, std::string_view why) {
  std::string& text = scratch_text();
  append_answer(text, {.status = status, .body = why, .keep_alive = false});
  stream_->deadline(saturating_add(host_.now(), std::chrono::seconds(1)));
  const error_code ec = co_await stream_->send(net::buffer_of(text));
  (void)ec;  // the connection ends either way
  stream_->close(net::closing::send);
  stream_->close(net::closing::graceful);
}

task<bool> server_connection::next(request& out) {
  net::stream& s = *stream_;
  s.deadline(saturating_add(host_.now(), limits_.idle_timeout));
  verdict v = verdict::incomplete;
  bool begun = !s.peek().empty();
  if (begun) s.deadline(saturating_add(host_.now(), limits_.head_timeout));
  for (;;) {
    if (!begun && s.peek().starts_with("\r\n")) s.consume(2);
    head& h = scratch_head();  // claimed after each wait: others may rely on what they parsed meanwhile
    v = s.peek().empty() ? verdict::incomplete : parse_request(s.peek(), limits_.head, h);
    if (v != verdict::incomplete) break;
    const error_code ec = co_await s.fill();
    if (ec) {
      if (ec == net::errc::receive_limit) {
        co_await refuse(431, "the request head is too large\n");
      } else if (ec == net::errc::timed_out && begun) {
        co_await refuse(408, "the request head took too long\n");
      }
      co_return false;
    }
    if (!begun) {
      begun = true;
      s.deadline(saturating_add(host_.now(), limits_.head_timeout));
    }
  }
  if (v != verdict::complete) {
    co_await refuse(status_of(v), name_of(v));
    co_return false;
  }
  const head& h = scratch_head_now();
  out.method.assign(h.method);
  out.target.assign(h.target);
  out.body.clear();
  out.request_id.clear();
  out.keep_alive = h.keep_alive;
  if (const field* id = h.find("x-request-id")) out.request_id.assign(id->value);
  if (h.body == framing::length && h.length > limits_.body) {
    co_await refuse(413, "the request body is too large\n");
    co_return false;
  }
  body_reader body(h.body, h.length);
  const bool ask_for_body = h.expects_continue && h.minor == 1 && !body.done();
  s.consume(h.size);
  if (ask_for_body && s.peek().empty()) {
    const error_code ec = co_await s.send(net::buffer_of("HTTP/1.1 100 Continue\r\n\r\n"));
    if (ec) co_return false;
  }
  s.deadline(body.done() ? never : saturating_add(host_.now(), limits_.body_timeout));
  while (!body.done()) {
    const auto step = body.next(s.peek());
    out.body.append(step.payload);
    s.consume(step.consumed);
    if (step.now == body_reader::state::bad) {
      co_await refuse(400, "malformed chunked body\n");
      co_return false;
    }
    if (out.body.size() > limits_.body) {
      co_await refuse(413, "the request body is too large\n");
      co_return false;
    }
    if (step.consumed > 0 || body.done()) continue;
    const error_code ec = co_await s.fill();
    if (!ec) continue;
    if (ec == net::errc::timed_out) co_await refuse(408, "the request body took too long\n");
    co_return false;
  }
  s.deadline(never);
  co_return true;
}

task<bool> server_connection::reply(const request& to, answer a) {
  a.keep_alive = a.keep_alive && to.keep_alive;
  a.to_head = to.method == "HEAD";
  std::string& text = scratch_text();
  append_answer(text, a);
  stream_->deadline(saturating_add(host_.now(), limits_.body_timeout));
  const error_code ec = co_await stream_->send(net::buffer_of(text));
  stream_->deadline(never);
  if (ec) co_return false;
  if (!a.keep_alive) stream_->close(net::closing::graceful);
  co_return a.keep_alive;
}

}  // namespace meshgauge::http
