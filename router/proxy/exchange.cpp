#include "router/proxy/exchange.hpp"

#include <array>

#include "router/http/proxy_status.hpp"
#include "router/http/text.hpp"
#include "router/proxy/forward.hpp"

namespace meshgauge::proxy {

namespace {

/// "1f4\r\n"; empty for a size of zero, which would end the body.
class chunk_line {
 public:
  explicit chunk_line(std::size_t size) : begin_(text_.size()) {
    if (size == 0) return;
    static constexpr char digits[] = "0123456789abcdef";
    text_[--begin_] = '\n';
    text_[--begin_] = '\r';
    for (; size > 0; size /= 16) text_[--begin_] = digits[size % 16];
  }
  std::string_view text() const { return {text_.data() + begin_, text_.size() - begin_}; }

 private:
  std::array<char, 18> text_{};
  std::size_t begin_;
};

/// "10.0.0.7" in `digits`, anything but IPv4 in `other`; asio's own goes through snprintf, which each request would
/// pay.
std::string_view text_of(const boost::asio::ip::address& a, std::array<char, 15>& digits, std::string& other) {
  if (!a.is_v4()) {
    other = a.to_string();
    return other;
  }
  char* end = digits.data();
  for (const unsigned byte : a.to_v4().to_bytes()) {
    if (end != digits.data()) *end++ = '.';
    if (byte >= 100) *end++ = static_cast<char>('0' + byte / 100);
    if (byte >= 10) *end++ = static_cast<char>('0' + byte / 10 % 10);
    *end++ = static_cast<char>('0' + byte % 10);
  }
  return {digits.data(), static_cast<std::size_t>(end - digits.data())};
}

}  // namespace

using http::framing;
using http::verdict;
using net::error_code;
using net::task;

exchange::exchange(router& r, net::stream_ptr s)
    : repeatable_try(r.host_), router_(r), down_(std::move(s)), watch_(*this) {
  const options& o = r.options_;
  down_->peek_limit(o.limits.head + small_body + 1024);
  pool = o.pool;
  head_limits = o.limits;
  connect_timeout = o.connect_timeout;
}

const http::head& exchange::parse() {
  // Still there when nobody has parsed since, and bytes that came meanwhile have not moved the buffer.
  if (http::scratch_stamp() == parsed_ && down_->peek().data() == parsed_at_) return *head_;
  http::head& h = http::scratch_head();
  http::parse_request(down_->peek(), router_.options_.limits, h);
  parsed_ = http::scratch_stamp();
  parsed_at_ = down_->peek().data();
  head_ = &h;
  return h;
}

task<exchange::arrival> exchange::next() {
  net::stream& s = *down_;
  const options& o = router_.options_;
  bool begun = !s.peek().empty();
  s.deadline(saturating_add(router_.host_.now(), begun ? o.client_head_timeout : o.client_idle_timeout));
  for (;;) {
    if (s.peek().starts_with("\r\n")) s.consume(2);  // RFC 9112, 2.2
    verdict v = verdict::incomplete;
    if (!s.peek().empty()) {
      if (o.cost && s.peek().find("\r\n\r\n") != std::string_view::npos) {
        const error_code ec = co_await router_.host_.sleep_until(
            router_.cpu_.work(router_.host_.now(), o.cost->sample(router_.cost_draws_)));
        if (ec) co_return arrival::over;
      }
      http::head& h = http::scratch_head();
      v = http::parse_request(s.peek(), o.limits, h);
      if (v == verdict::complete && h.body == framing::length && h.length > o.body_max) {
        refusal_ = 413;
        co_return arrival::refused;
      }
      if (v == verdict::complete) {
        begin(h);
        co_return arrival::request;
      }
    }
    if (v != verdict::incomplete) {
      refusal_ = http::status_of(v);
      co_return arrival::refused;
    }
    const error_code ec = co_await s.fill();
    if (ec == net::errc::receive_limit) {
      refusal_ = 431;
      co_return arrival::refused;
    }
    if (ec == net::errc::timed_out && begun) {
      refusal_ = 408;
      co_return arrival::refused;
    }
    if (ec) co_return arrival::over;
    if (!begun) {
      begun = true;
      s.deadline(saturating_add(router_.host_.now(), o.client_head_timeout));
    }
  }
}

void exchange::begin(const http::head& h) {
  begun_ = router_.host_.now();
  parsed_ = http::scratch_stamp();
  parsed_at_ = down_->peek().data();
  head_ = &h;
  const route_table::found where = router_.options_.routes.match(h);
  service_.assign(where.service);
  stripped_ = where.stripped;
  if (const http::field* id = h.find("x-request-id")) {
    request_id_.assign(id->value);
  } else {
    static constexpr char digits[] = "0123456789abcdef";
    request_id_.resize(16);
    std::uint64_t n = router_.ids_.next();
    for (char& c : request_id_) {
      c = digits[n % 16];
      n /= 16;
    }
  }
  if (router_.watcher_ != nullptr) {
    method_.assign(h.method);
    target_.assign(h.target);
  }
  head_size_ = h.size;
  minor_ = h.minor;
  keep_alive_ = h.keep_alive && !router_.draining_;
  expects_continue_ = h.expects_continue && h.minor == 1;
  idempotent = http::idempotent(h.method);
  to_head = h.method == "HEAD";
  chunked_ = h.body == framing::chunked;
  body_ = http::body_reader(h.body, h.length);
  const std::size_t behind = down_->peek().size() - h.size;
  body_here_ = h.body == framing::none || (h.body == framing::length && h.length <= behind && h.length <= small_body);
  body_size_ = body_here_ ? static_cast<std::size_t>(h.length) : 0;
  head_taken_ = client_gone_ = body_failed_ = false;
  attempts_ = 0;
}

void exchange::consume_request() {
  if (head_taken_) return;
  head_taken_ = true;
  down_->consume(head_size_ + body_size_);
}

void exchange::client_stirred(error_code ec) {
  // A client that has closed only its sending side still waits for the answer.
  if (!ec || ec == net::end_of_stream() || ec == net::aborted()) return;
  if (ec == net::errc::timed_out) return;
  client_gone_ = true;
  if (connection) connection->close(net::closing::reset);
}

// ------------------------------------------------------------------------------------------------- towards the
// instance

void exchange::write(std::string& out) {
  const http::head& h = parse();  // the head is still in the buffer; earlier views may be stale
  std::string rewritten;
  std::string_view target = h.target;
  target = stripped(target, stripped_, rewritten);
  std::array<char, 15> digits;
  std::string other;
  const std::string_view from = text_of(down_->remote().address, digits, other);
  append_request_head(out, h, {router_.options_.name, from, request_id_, target});
  if (body_size_ > 0) out.append(down_->peek().substr(head_size_, body_size_));
}

task<error_code> exchange::send_rest(net::stream& to) {
  net::stream& s = *down_;
  const options& o = router_.options_;
  consume_request();
  if (expects_continue_ && s.peek().empty()) {
    const error_code ec = co_await s.send(net::buffer_of("HTTP/1.1 100 Continue\r\n\r\n"));
    if (ec) client_gone_ = true;
    if (ec) co_return ec;
  }
  while (!body_.done()) {
    const auto step = body_.next(s.peek());
    const bool too_long = body_.payload_bytes() > o.body_max;
    if (step.now == http::body_reader::state::bad || too_long) {
      body_failed_ = true;
      body_status_ = too_long ? 413 : 400;
      to.close(net::closing::reset);
      co_return net::aborted();
    }
    if (!step.payload.empty()) {
      to.deadline(saturating_add(router_.host_.now(), o.upstream_timeout));
      chunk_line line(chunked_ ? step.payload.size() : 0);
      const net::const_buffer parts[] = {net::buffer_of(line.text()), net::buffer_of(step.payload),
                                         net::buffer_of(chunked_ ? std::string_view("\r\n") : std::string_view())};
      const error_code ec = co_await to.send(parts);
      s.consume(step.consumed);
      if (ec) co_return ec;  // it may have answered already
      continue;
    }
    s.consume(step.consumed);
    if (step.consumed > 0 || body_.done()) continue;
    s.deadline(saturating_add(router_.host_.now(), o.client_body_timeout));
    const error_code ec = co_await s.fill();
    if (!ec) continue;
    body_failed_ = true;
    body_status_ = ec == net::errc::timed_out ? 408 : 0;
    client_gone_ = ec != net::errc::timed_out;
    to.close(net::closing::reset);
    co_return net::aborted();
  }
  respond_by = saturating_add(router_.host_.now(), o.upstream_timeout);
  if (chunked_) {
    const error_code ec = co_await to.send(net::buffer_of("0\r\n\r\n"));
    if (ec) co_return ec;
  }
  to.deadline(respond_by);
  co_return error_code{};
}

// ------------------------------------------------------------------------------------------------- one request

void exchange::finished(unsigned status, cause why) {
  if (router_.watcher_ == nullptr) return;
  router_.watcher_->finished({.service = service_,
                              .request_id = request_id_,
                              .method = method_,
                              .target = target_,
                              .status = status,
                              .why = why,
                              .attempts = attempts_,
                              .begun = begun_,
                              .end = router_.host_.now()});
}

task<bool> exchange::run() {
  ++router_.in_flight_;
  ++router_.requests_;
  struct leave {
    router& r;
    ~leave() { --r.in_flight_; }
  } const on_leave{router_};
  down_->deadline(never);
  discovery::call_result r;
  r.why = cause::no_route;
  if (!service_.empty()) {
    if (body_here_) down_->watch(watch_);  // a client that goes away takes its request with it
    discovery::call_options o{.retry = router_.options_.retry, .timeout = router_.options_.upstream_timeout};
    r = co_await discovery::call(*this, router_.host_, router_.instances_, service_, request_id_, o, router_.watcher_);
    watch_.detach();
  }
  attempts_ = r.tries;
  bool go_on = false;
  if (client_gone_) {
    finished(status_of(cause::client_abort), cause::client_abort);
    down_->close(net::closing::reset);
  } else if (r.status != 0) {
    go_on = co_await relay(r.status);
  } else if (body_failed_) {
    refusal_ = body_status_;
    co_await refuse();
  } else {
    go_on = co_await answer(r.why);
  }
  connection.close();
  co_return go_on;
}

task<bool> exchange::answer(cause why) {
  consume_request();
  const bool body_unread = !body_here_ && !body_.done();
  const bool keep = keep_alive_ && !router_.draining_ && !body_unread;
  std::string extra;
  http::append_proxy_status(extra, router_.options_.name, why);
  std::string body;
  http::append_number(body, status_of(why));
  body.append(" ").append(name_of(why)).append("\n");
  std::string& text = http::scratch_text();
  http::append_answer(text,
                      {.status = status_of(why), .body = body, .extra = extra, .keep_alive = keep, .to_head = to_head});
  finished(status_of(why), why);
  down_->deadline(saturating_add(router_.host_.now(), router_.options_.client_body_timeout));
  const error_code ec = co_await down_->send(net::buffer_of(text));
  co_return !ec && keep;
}

task<void> exchange::refuse() {
  if (refusal_ != 0) {
    std::string& text = http::scratch_text();
    http::append_answer(
        text, {.status = refusal_, .body = std::string(http::reason_of(refusal_)) + "\n", .keep_alive = false});
    down_->deadline(saturating_add(router_.host_.now(), std::chrono::seconds(1)));
    const error_code ec = co_await down_->send(net::buffer_of(text));
    (void)ec;
  }
  // What follows a refused request is never looked at. It is read for a moment all the same: a close with unread bytes
  // is a reset, which could overtake the answer.
  down_->close(net::closing::send);
  down_->deadline(saturating_add(router_.host_.now(), std::chrono::seconds(1)));
  for (std::size_t dropped = down_->peek().size(); dropped < 256 * 1024; dropped += down_->peek().size()) {
    down_->consume(down_->peek().size());
    const error_code ec = co_await down_->fill();
    if (ec) co_return;
  }
}

// ------------------------------------------------------------------------------------------------- towards the client

task<bool> exchange::relay(unsigned status) {
  const http::head& h = http::scratch_head_now();
  net::stream& up = *connection;
  const options& o = router_.options_;
  const bool request_sent = body_here_ || body_.done();
  bool keep = keep_alive_ && !router_.draining_ && request_sent && !(h.body == framing::until_close && minor_ == 0);
  const bool up_keep = h.keep_alive && request_sent && !cut_short;
  http::body_reader body(h.body, h.length);
  const std::size_t size = h.size;
  std::string& text = http::scratch_text();
  if (h.body == framing::chunked && minor_ == 0) keep = false;
  const framing how = append_response_head(text, h, o.name, minor_, keep, to_head);
  down_->deadline(saturating_add(router_.host_.now(), o.client_body_timeout));

  // The usual answer is here in full: head and body leave in one call.
  if (h.body == framing::none || (h.body == framing::length && h.length <= up.peek().size() - size)) {
    const auto length = static_cast<std::size_t>(h.body == framing::none ? 0 : h.length);
    const net::const_buffer parts[] = {net::buffer_of(text), net::buffer_of(up.peek().substr(size, length))};
    const error_code ec = co_await down_->send(parts);
    up.consume(size + length);
    consume_request();
    if (up_keep) connection.keep(o.pool, router_.host_.now());
    connection.close();
    finished(ec ? status_of(cause::client_abort) : status, ec ? cause::client_abort : cause::none);
    co_return !ec && keep;
  }
  up.consume(size);
  error_code ec = co_await down_->send(net::buffer_of(text));
  consume_request();
  bool whole = false;
  if (!ec) whole = co_await relay_body(how, body, up_keep);
  if (ec || client_gone_) {
    finished(status_of(cause::client_abort), cause::client_abort);
    co_return false;
  }
  finished(status, whole ? cause::none : cause::truncated_response);
  // A body that was cut must not look complete: no last chunk, and a reset where only the close would tell.
  if (!whole) down_->close(how == framing::until_close ? net::closing::reset : net::closing::graceful);
  co_return whole&& keep&& how != framing::until_close;
}

task<bool> exchange::relay_body(framing how, http::body_reader body, bool keep) {
  net::stream& up = *connection;
  const options& o = router_.options_;
  while (!body.done()) {
    const auto step = body.next(up.peek());
    if (step.now == http::body_reader::state::bad) co_return false;
    if (!step.payload.empty()) {
      down_->deadline(saturating_add(router_.host_.now(), o.client_body_timeout));
      chunk_line line(how == framing::chunked ? step.payload.size() : 0);
      const net::const_buffer parts[] = {
          net::buffer_of(line.text()), net::buffer_of(step.payload),
          net::buffer_of(how == framing::chunked ? std::string_view("\r\n") : std::string_view())};
      const error_code ec = co_await down_->send(parts);
      up.consume(step.consumed);
      if (ec) {
        client_gone_ = true;
        connection.close(net::closing::reset);
        co_return false;
      }
      continue;
    }
    up.consume(step.consumed);
    if (step.consumed > 0 || body.done()) continue;
    up.deadline(saturating_add(router_.host_.now(), o.upstream_body_timeout));
    const error_code ec = co_await up.fill();
    if (!ec) continue;
    if (ec == net::end_of_stream() && body.ends_here()) {
      keep = false;
      break;
    }
    co_return false;
  }
  if (how == framing::chunked) {
    const error_code ec = co_await down_->send(net::buffer_of("0\r\n\r\n"));
    if (ec) client_gone_ = true;
  }
  if (keep) connection.keep(o.pool, router_.host_.now());
  connection.close();
  co_return true;
}

}  // namespace meshgauge::proxy
