#include "router/proxy/exchange.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "router/core/counted.hpp"
#include "router/http/proxy_status.hpp"
#include "router/http/text.hpp"
#include "router/proxy/forward.hpp"
#include "router/proxy/pieces.hpp"
#include "router/proxy/tunnel.hpp"

namespace meshgauge::proxy {

namespace {

constexpr std::string_view allowed_methods = "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n";
constexpr duration linger_time = std::chrono::seconds(2);
constexpr std::size_t linger_bytes = 16 * 1024 * 1024;

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

cause cause_of(http::verdict v) {
  switch (v) {
    case http::verdict::bad_version:
      return cause::unsupported_version;
    case http::verdict::unknown_coding:
      return cause::unsupported_coding;
    case http::verdict::head_too_large:
      return cause::head_too_large;
    case http::verdict::target_too_long:
      return cause::target_too_long;
    default:
      return cause::bad_request;
  }
}

void append_hex(char*& to, std::uint64_t n) {
  static constexpr char digits[] = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) *to++ = digits[(n >> shift) & 15];
}

/// A new trace, sampled: "00-<trace>-<parent>-01".
std::string_view traceparent(const std::array<std::uint64_t, 3>& ids, std::array<char, 55>& room) {
  char* to = room.data();
  for (const char c : {'0', '0', '-'}) *to++ = c;
  append_hex(to, ids[0]);
  append_hex(to, ids[1]);
  *to++ = '-';
  append_hex(to, ids[2]);
  for (const char c : {'-', '0', '1'}) *to++ = c;
  return {room.data(), room.size()};
}

}  // namespace

using http::framing;
using http::verdict;
using net::error_code;
using net::task;

exchange::exchange(router& r, net::stream_ptr s)
    : repeatable_try(r.host_), router_(r), down_(std::move(s)), watch_(*this), upload_(r.host_, r.options_) {
  const options& o = r.options_;
  down_->peek_limit(o.limits.head + small_body + 1024);
  pool = o.pool;
  head_limits = o.limits;
  connect_timeout = o.connect_timeout;
  down_->patience(o.client_body_timeout);
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

// ------------------------------------------------------------------------------------------------- from the client

exchange::arrival exchange::refused(cause why, bool head) {
  refusal_ = why;
  to_head = head;
  attempts_ = 0;
  service_.clear();
  request_id_.clear();
  method_.clear();
  target_.clear();
  router_.counters_.requests.add();
  return arrival::refused;
}

task<exchange::arrival> exchange::next() {
  net::stream& s = *down_;
  const options& o = router_.options_;
  // Empty lines before a request are nobody's (RFC 9112, 2.2), and do not begin one.
  const auto skip = [&] {
    while (s.peek().starts_with("\r\n")) s.consume(2);
  };
  skip();
  bool begun = !s.peek().empty();
  begun_ = router_.host_.now();
  const instant idle_until = saturating_add(begun_, o.client_idle_timeout);
  s.deadline(begun ? saturating_add(begun_, o.client_head_timeout) : idle_until);
  for (;;) {
    verdict v = verdict::incomplete;
    if (!s.peek().empty()) {
      if (o.cost && s.peek().find("\r\n\r\n") != std::string_view::npos) {
        const error_code ec = co_await router_.host_.sleep_until(
            router_.cpu_.work(router_.host_.now(), o.cost->sample(router_.cost_draws_)));
        if (ec) co_return arrival::over;
      }
      http::head& h = http::scratch_head();
      v = http::parse_request(s.peek(), o.limits, h);
      if (v == verdict::complete) {
        const bool head = h.method == "HEAD";
        if (h.body == framing::length && h.length > o.body_max) co_return refused(cause::body_too_large, head);
        co_return begin(h) ? arrival::request : refused(cause::bad_request, head);
      }
    }
    if (v != verdict::incomplete) co_return refused(cause_of(v));
    const error_code ec = co_await s.fill();
    if (ec == net::errc::receive_limit) co_return refused(cause::head_too_large);
    if (ec == net::errc::timed_out && begun) co_return refused(cause::request_timeout);
    if (ec == net::end_of_stream() && !s.peek().empty()) co_return refused(cause::bad_request);  // half a head
    if (ec) co_return arrival::over;
    skip();
    if (s.peek().empty()) {
      begun = false;
      s.deadline(idle_until);
    } else if (!begun) {
      begun = true;
      begun_ = router_.host_.now();
      s.deadline(saturating_add(begun_, o.client_head_timeout));
    }
  }
}

bool exchange::begin(const http::head& h) {
  const options& o = router_.options_;
  begun_ = router_.host_.now();
  parsed_ = http::scratch_stamp();
  parsed_at_ = down_->peek().data();
  head_ = &h;
  const route_table::found where = o.routes.match(h);
  service_.assign(where.service);
  stripped_ = where.stripped;
  if (const http::field* id = h.find("x-request-id"); id != nullptr && !id->value.empty()) {
    request_id_.assign(id->value);
  } else {
    request_id_.resize(16);
    char* to = request_id_.data();
    append_hex(to, router_.ids_.next());
  }
  for (std::uint64_t& id : trace_) id = router_.ids_.next();
  if (router_.watcher_ != nullptr) {
    method_.assign(h.method);
    target_.assign(h.target);
  }
  head_size_ = h.size;
  minor_ = h.minor;
  keep_alive_ = h.keep_alive;
  expects_continue_ = h.expects_continue && h.minor == 1;
  idempotent = http::idempotent(h.method);
  to_head = h.method == "HEAD";
  chunked_ = h.body == framing::chunked;
  const std::size_t behind = down_->peek().size() - h.size;
  body_here_ = h.body == framing::none || (h.body == framing::length && h.length <= behind && h.length <= small_body);
  body_size_ = body_here_ ? static_cast<std::size_t>(h.length) : 0;
  upload_.reset(http::body_reader(h.body, h.length), body_here_);
  head_taken_ = client_gone_ = takes_trailers_ = false;
  attempts_ = 0;

  upgrade_.clear();
  const bool bodiless = h.body == framing::none || (h.body == framing::length && h.length == 0);
  if (h.minor == 1 && bodiless && h.method == "GET") {
    const std::string_view wanted = upgrade_of(h);
    const auto known = std::find_if(o.upgrades.begin(), o.upgrades.end(),
                                    [&](const std::string& u) { return http::same_name(u, wanted); });
    if (known != o.upgrades.end()) upgrade_.assign(wanted);
  }
  takes_trailers_ = !o.trailers.empty() && h.minor == 1 && h.lists(http::field_id::te, "trailers");
  max_forwards_.reset();
  const bool options = h.method == "OPTIONS";
  if (options || h.method == "TRACE") {
    if (const http::field* f = h.find(http::field_id::max_forwards)) {
      std::uint64_t n = 0;
      const auto [end, bad] = std::from_chars(f->value.data(), f->value.data() + f->value.size(), n);
      if (bad != std::errc{} || end != f->value.data() + f->value.size()) return false;
      max_forwards_ = n;
    }
  }
  mine_ = max_forwards_ == 0U || (options && h.target == "*");
  if (max_forwards_ && *max_forwards_ > 0) --*max_forwards_;
  return true;
}

void exchange::consume_request() {
  if (head_taken_) return;
  head_taken_ = true;
  down_->consume(head_size_ + body_size_);
}

void exchange::client_stirred(error_code ec) {
  if (!ec) return watch_client();  // its next request
  // A client that has closed only its sending side still waits for the answer.
  if (ec == net::end_of_stream() || ec == net::aborted() || ec == net::errc::timed_out) return;
  client_gone_ = true;
  if (connection) connection->close(net::closing::reset);
}

/// A client that goes away takes its request with it. What it pipelines meanwhile is read up to the limit of peek().
void exchange::watch_client() {
  if (watch_.pending()) return;
  for (std::size_t had = down_->peek().size(); down_->watch(watch_); had = down_->peek().size()) {
    if (down_->peek().size() == had) return;  // nothing more can be had
  }
}

bool exchange::keep_client() const {
  return keep_alive_ && !router_.draining_;
}

// ------------------------------------------------------------------------------------------------- to the instance

void exchange::write(std::string& out) {
  const http::head& h = parse();  // the head is still in the buffer; earlier views may be stale
  std::string rewritten, other;
  std::array<char, 15> digits;
  std::array<char, 55> trace;
  append_request_head(out, h,
                      {.proxy = router_.options_.name,
                       .client = text_of(down_->remote().address, digits, other),
                       .request_id = request_id_,
                       .target = stripped(h.target, stripped_, rewritten),
                       .traceparent = traceparent(trace_, trace),
                       .upgrade = upgrade_,
                       .trailers = takes_trailers_,
                       .max_forwards = max_forwards_});
  if (body_size_ > 0) out.append(down_->peek().substr(head_size_, body_size_));
}

void exchange::start_rest(net::stream& to) {
  consume_request();
  upload_.start(*down_, to, chunked_, expects_continue_, watch_);
}

bool exchange::accepts_switch(const http::head& h) const {
  return !upgrade_.empty() && http::same_name(upgrade_of(h), upgrade_);
}

// ------------------------------------------------------------------------------------------------- one request

void exchange::finished(unsigned status, cause why) {
  const instant now = router_.host_.now();
  router_.counters_.finished(status, why, now - begun_);
  if (router_.watcher_ == nullptr) return;
  router_.watcher_->finished({.service = service_,
                              .request_id = request_id_,
                              .method = method_,
                              .target = target_,
                              .status = status,
                              .why = why,
                              .attempts = attempts_,
                              .begun = begun_,
                              .end = now});
}

void exchange::client_left() {
  finished(router_.options_.statuses->of(cause::client_abort), cause::client_abort);
}

task<bool> exchange::run() {
  router_.counters_.requests.add();
  const counted under_way(router_.counters_.in_flight);
  down_->deadline(never);
  const bool go_on = co_await serve();
  watch_.detach();
  upload_.stop();
  connection.close();
  co_return go_on;
}

task<bool> exchange::serve() {
  if (mine_) {
    const bool go_on = co_await answer_myself();
    co_return go_on;
  }
  discovery::call_result r;
  r.why = cause::no_route;
  if (!service_.empty()) {
    if (body_here_) watch_client();
    const discovery::call_options o{.retry = router_.options_.retry, .timeout = router_.options_.upstream_timeout};
    r = co_await discovery::call(*this, router_.host_, router_.instances_, service_, request_id_, o, router_.watcher_);
  }
  attempts_ = r.tries;
  router_.counters_.attempts.add(r.tries);
  if (r.tries > 1) router_.counters_.retries.add(r.tries - 1);
  bool go_on = false;
  if (client_gone_ || upload_.fault() == cause::client_abort) {
    client_left();
    down_->close(net::closing::reset);
  } else if (r.status == 101) {
    co_await switch_protocols();
  } else if (r.status != 0) {
    go_on = co_await relay(r.status);
  } else if (upload_.fault() != cause::none) {
    refusal_ = upload_.fault();
    co_await refuse();
  } else {
    go_on = co_await answer(r.why);
  }
  co_return go_on;
}

// ------------------------------------------------------------------------------------------------- our own answers

task<bool> exchange::say(http::answer a) {
  consume_request();
  const bool unread = upload_.unread();
  a.keep_alive = keep_client() && !unread && minor_ == 1;
  a.to_head = to_head;
  std::string& text = http::scratch_text();
  http::append_answer(text, a);
  const bool keep = a.keep_alive;
  down_->deadline(saturating_add(router_.host_.now(), router_.options_.client_body_timeout));
  const error_code ec = co_await down_->send(net::buffer_of(text));
  if (!ec && !keep && (unread || !down_->peek().empty())) lingers_ = true;
  co_return !ec && keep;
}

/// What the router says of a cause: the status, `Proxy-Status`, and both as a body.
exchange::explanation exchange::explain(cause why) const {
  explanation e{router_.options_.statuses->of(why), {}, {}};
  http::append_proxy_status(e.fields, router_.options_.name, why);
  if (why == cause::method_not_allowed) e.fields.append(allowed_methods);
  http::append_number(e.body, e.status);
  e.body.append(" ").append(name_of(why)).append("\n");
  return e;
}

task<bool> exchange::answer(cause why) {
  const explanation e = explain(why);
  finished(e.status, why);
  const http::answer a{.status = e.status, .body = e.body, .extra = e.fields};
  const bool go_on = co_await say(a);
  co_return go_on;
}

/// A request whose way ends here: OPTIONS of the router itself, or a Max-Forwards that is used up.
task<bool> exchange::answer_myself() {
  bool go_on = false;
  if (parse().method == "OPTIONS") {
    finished(200, cause::none);
    const http::answer a{.status = 200, .extra = allowed_methods};
    go_on = co_await say(a);
  } else {
    go_on = co_await answer(cause::method_not_allowed);
  }
  co_return go_on;
}

task<void> exchange::refuse() {
  const explanation e = explain(refusal_);
  std::string& text = http::scratch_text();
  http::append_answer(text,
                      {.status = e.status, .body = e.body, .extra = e.fields, .keep_alive = false, .to_head = to_head});
  finished(e.status, refusal_);
  down_->deadline(saturating_add(router_.host_.now(), std::chrono::seconds(1)));
  const error_code ec = co_await down_->send(net::buffer_of(text));
  if (!ec) lingers_ = true;
}

/// What follows the last answer of a connection is never looked at. It is read for a moment all the same: a close with
/// unread bytes is a reset, which could overtake the answer.
task<void> exchange::leave() {
  if (!lingers_) co_return;
  down_->close(net::closing::send);
  down_->deadline(saturating_add(router_.host_.now(), linger_time));
  for (std::size_t dropped = down_->peek().size(); dropped < linger_bytes; dropped += down_->peek().size()) {
    down_->consume(down_->peek().size());
    const error_code ec = co_await down_->fill();
    if (ec) co_return;
  }
}

// ------------------------------------------------------------------------------------------------- to the client

task<void> exchange::switch_protocols() {
  const http::head& h = http::scratch_head_now();
  net::stream& up = *connection;
  const options& o = router_.options_;
  const std::size_t size = h.size;
  watch_.detach();
  std::string& text = http::scratch_text();
  append_switching_head(text, h, o.name, upgrade_);
  consume_request();
  down_->deadline(saturating_add(router_.host_.now(), o.client_body_timeout));
  const error_code ec = co_await down_->send(net::buffer_of(text));
  if (ec) co_return client_left();
  up.consume(size);
  router_.counters_.tunnels.add();
  const counted here(router_.counters_.tunnels_open);
  co_await tunnel(router_.host_, *down_, up, o.tunnel_idle_timeout);
  finished(101, cause::none);
}

task<bool> exchange::relay(unsigned status) {
  const http::head& h = http::scratch_head_now();
  net::stream& up = *connection;
  const options& o = router_.options_;
  upload_.answered();
  const bool early = !upload_.complete();  // the connections end with this answer
  if (early) up.patience(o.upstream_body_timeout);
  const bool counted = minor_ == 1 || h.body == framing::none || h.body == framing::length;
  const bool keep = keep_client() && !early && counted;
  http::pool_limits kept = o.pool;
  kept.idle = idle_allowed(h, o.pool.idle);
  const bool up_keep = h.keep_alive && !early && !cut_short && kept.idle > duration::zero();
  const std::size_t size = h.size;
  std::string& text = http::scratch_text();
  const framing how =
      append_response_head(text, h, {.proxy = o.name, .minor = minor_, .keep_alive = keep, .to_head = to_head});
  std::span<const std::string> trailers;
  if (takes_trailers_) trailers = o.trailers;
  pieces body(http::body_reader(h.body, h.length), how == framing::chunked, trailers);

  // The usual answer is here in full: head and body leave in one call.
  const bool good = body.gather(up.peek().substr(size));
  down_->deadline(saturating_add(router_.host_.now(), o.client_body_timeout));
  const error_code ec = co_await down_->send(body.buffers(text));
  up.consume(size + body.consumed());
  consume_request();
  bool whole = good && body.done();
  if (!ec && good && !whole) whole = co_await relay_rest(body);
  if (ec || client_gone_ || upload_.fault() == cause::client_abort) {
    client_left();
    connection.close(net::closing::reset);
    down_->close(net::closing::reset);
    co_return false;
  }
  if (whole && up_keep) connection.keep(kept, router_.host_.now());
  connection.close();
  finished(status, whole ? cause::none : cause::truncated_response);
  if (!whole) {  // must not look complete: no last chunk, and a reset where only the close would tell
    down_->close(how == framing::until_close ? net::closing::reset : net::closing::graceful);
    co_return false;
  }
  if (!keep && (early || !down_->peek().empty())) lingers_ = true;
  co_return keep;
}

/// The body behind what `relay` has sent already. \return whether it came to its end.
task<bool> exchange::relay_rest(pieces& body) {
  net::stream& up = *connection;
  const options& o = router_.options_;
  for (;;) {
    const bool good = body.gather(up.peek());
    bool ended = body.done();
    if (body.empty()) {
      up.consume(body.consumed());
      if (good && !ended && body.consumed() == 0) {
        if (upload_.fault() != cause::none) co_return false;
        if (!upload_.running()) {  // only the instance is waited for: the client has all the time
          down_->deadline(never);
          watch_client();
        }
        up.expect(http::answer_piece);
        up.deadline(saturating_add(router_.host_.now(), o.upstream_body_timeout));
        const error_code ec = co_await up.fill();
        if (!ec) continue;
        if (ec != net::end_of_stream() || !body.end_of_stream()) co_return false;
        ended = true;
      }
    }
    if (!body.empty()) {
      down_->deadline(saturating_add(router_.host_.now(), o.client_body_timeout));
      const std::size_t size = body.consumed();
      const error_code ec = co_await down_->send(body.buffers());
      up.consume(size);
      if (ec) {
        client_gone_ = true;
        co_return false;
      }
    }
    if (!good) co_return false;
    if (ended) co_return true;
  }
}

}  // namespace meshgauge::proxy
