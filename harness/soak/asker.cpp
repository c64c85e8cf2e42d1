#include "harness/soak/asker.hpp"

#include <fmt/format.h>

#include "router/http/body.hpp"
#include "router/http/text.hpp"

namespace meshgauge::soak {

using net::error_code;
using net::task;

namespace {
const error_code bad_message = boost::system::errc::make_error_code(boost::system::errc::bad_message);
}

cause cause_in(std::string_view proxy_status) {
  constexpr std::string_view before = "details=\"";
  if (!proxy_status.starts_with("meshgauge;")) return cause::none;
  const auto at = proxy_status.find(before);
  if (at == std::string_view::npos) return cause::none;
  proxy_status.remove_prefix(at + before.size());
  return cause_named(proxy_status.substr(0, proxy_status.find('"'))).value_or(cause::none);
}

std::string request_text(std::string_view method, std::string_view target, std::string_view id, std::string_view body) {
  std::string out = fmt::format("{} {} HTTP/1.1\r\nHost: soak\r\n", method, target);
  if (!id.empty()) out += fmt::format("X-Request-Id: {}\r\n", id);
  if (!body.empty() || method == "POST") out += fmt::format("Content-Length: {}\r\n", body.size());
  return out.append("\r\n").append(body);
}

task<reply> asker::ask(std::string text, instant deadline) {
  reply out;
  if (stream_ == nullptr) {
    stream_ = host_.open(to_);
    ++connections_;
    stream_->deadline(deadline);
    out.error = co_await stream_->opened();
    if (out.error) {
      stream_.reset();
      out.how = reply::ending::not_connected;
      co_return out;
    }
  }
  stream_->deadline(deadline);
  out.error = co_await stream_->send(net::buffer_of(text));
  if (!out.error) {
    out = co_await read(deadline);
  }
  if (out.how == reply::ending::lost || out.closes) {
    stream_.reset();
  } else {
    stream_->deadline(never);
  }
  co_return out;
}

task<reply> asker::read(instant deadline) {
  net::stream& s = *stream_;
  s.deadline(deadline);
  reply out;
  for (;;) {
    http::head& h = http::scratch_head();
    const http::verdict v = s.peek().empty() ? http::verdict::incomplete : http::parse_response(s.peek(), {}, false, h);
    if (v == http::verdict::complete) break;
    if (v != http::verdict::incomplete) {
      out.error = bad_message;
      co_return out;
    }
    out.error = co_await s.fill();
    if (out.error) co_return out;
  }
  const http::head& h = http::scratch_head_now();
  out.status = h.status;
  out.closes = !h.keep_alive;
  if (const http::field* f = h.find("proxy-status")) out.why = cause_in(f->value);
  http::body_reader body(h.body, h.length);
  s.consume(h.size);
  while (!body.done()) {
    const auto step = body.next(s.peek());
    out.body.append(step.payload);
    s.consume(step.consumed);
    if (step.now == http::body_reader::state::bad) {
      out.error = bad_message;
      co_return out;
    }
    if (step.consumed > 0 || body.done()) continue;
    out.error = co_await s.fill();
    if (!out.error) continue;
    if (out.error == net::end_of_stream() && body.ends_here()) break;
    co_return out;
  }
  out.error = {};
  if (!s.peek().empty()) {  // bytes behind the only answer
    out.error = bad_message;
    co_return out;
  }
  out.how = reply::ending::answered;
  co_return out;
}

}  // namespace meshgauge::soak
