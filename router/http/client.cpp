#include "router/http/client.hpp"

#include <charconv>

#include "router/http/body.hpp"
#include "router/http/text.hpp"

namespace meshgauge::http {

using net::error_code;
using net::result;
using net::task;

namespace {
const error_code bad_message = boost::system::errc::make_error_code(boost::system::errc::bad_message);
}

task<result<response>> client::ask(std::string_view method, std::string target, std::string body, instant deadline) {
  MESHGAUGE_ASSERT(safe_text(target));
  const bool to_head = method == "HEAD";
  std::string text;
  text.reserve(target.size() + body.size() + 128);
  text.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
  append_field(text, "Host", net::to_string(to_));
  if (!body.empty() || method == "PUT" || method == "POST") {
    append_field(text, "Content-Type", "application/json");
    text.append("Content-Length: ");
    append_number(text, body.size());
    text.append("\r\n");
  }
  text.append("\r\n").append(body);

  const bool reused = kept_ != nullptr;
  bool unanswered = true;
  result<response> r = co_await exchange(text, to_head, deadline, unanswered);
  const bool lost = !r && unanswered && r.error() != net::errc::timed_out && r.error() != net::aborted();
  if (reused && lost) {  // closed by the server as we wrote
    kept_.reset();
    r = co_await exchange(std::move(text), to_head, deadline, unanswered);
  }
  if (!r) kept_.reset();
  co_return r;
}

task<result<response>> client::exchange(std::string text, bool to_head, instant deadline, bool& unanswered) {
  unanswered = true;
  if (kept_ == nullptr) {
    kept_ = host_.open(to_);
    kept_->deadline(deadline);
    const error_code ec = co_await kept_->opened();
    if (ec) co_return ec;
  }
  net::stream& s = *kept_;
  s.deadline(deadline);
  error_code ec = co_await s.send(net::buffer_of(text));
  if (ec) co_return ec;
  response out;
  for (;;) {
    head& h = scratch_head();  // claimed after each wait: others may rely on what they parsed meanwhile
    const verdict v = s.peek().empty() ? verdict::incomplete : parse_response(s.peek(), {}, to_head, h);
    if (v == verdict::complete && h.status >= 200) break;
    if (v == verdict::complete) {  // 1xx
      s.consume(h.size);
      continue;
    }
    if (v != verdict::incomplete) co_return bad_message;
    ec = co_await s.fill();
    if (ec) co_return ec;
    unanswered = false;
  }
  const head& h = scratch_head_now();
  out.status = h.status;
  if (const field* f = h.find("x-meshgauge-revision")) {
    std::from_chars(f->value.data(), f->value.data() + f->value.size(), out.revision);
  }
  bool keep = h.keep_alive;
  body_reader body(h.body, h.length);
  s.consume(h.size);
  while (!body.done()) {
    const auto step = body.next(s.peek());
    out.body.append(step.payload);
    s.consume(step.consumed);
    if (step.now == body_reader::state::bad || out.body.size() > body_max_) co_return bad_message;
    if (step.consumed > 0 || body.done()) continue;
    ec = co_await s.fill();
    if (!ec) continue;
    if (ec == net::end_of_stream() && body.ends_here()) break;
    co_return ec;
  }
  s.deadline(never);
  if (!keep || !s.peek().empty()) kept_.reset();
  co_return out;
}

}  // namespace meshgauge::http
