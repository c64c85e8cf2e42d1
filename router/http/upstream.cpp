#include "router/http/upstream.hpp"

#include "router/http/text.hpp"

namespace meshgauge::http {

using net::error_code;
using net::task;

// ------------------------------------------------------------------------------------------------- pool

/// An idle connection and the watch on it.
struct upstream_pool::idle_connection final : net::op {
  idle_connection(upstream_pool& p, net::stream_ptr s) : op(&idle_connection::woken), pool(p), stream(std::move(s)) {
    next = pool.first_;
    if (next != nullptr) next->previous = this;
    pool.first_ = this;
    ++pool.idle_count_;
  }
  ~idle_connection() {
    detach();  // before the stream goes: closing it is no news
    (previous != nullptr ? previous->next : pool.first_) = next;
    if (next != nullptr) next->previous = previous;
    --pool.idle_count_;
  }
  static void* operator new(std::size_t size) { return net::block_pool::take(size); }
  static void operator delete(void* p, std::size_t size) { net::block_pool::give(p, size); }

  /// Closed by the peer, or bytes that nobody asked for, or idle for too long.
  static void woken(op& o, error_code) {
    auto* me = static_cast<idle_connection*>(&o);
    --me->pool.open_;
    delete me;
  }

  upstream_pool& pool;
  net::stream_ptr stream;
  idle_connection* previous = nullptr;
  idle_connection* next = nullptr;
};

upstream_pool::~upstream_pool() {
  drop_all();
}

void upstream_pool::drop_all() {
  while (first_ != nullptr) {
    --open_;
    delete first_;
  }
}

void upstream_pool::retire() {
  retired_ = true;
  drop_all();
}

upstream_connection::upstream_connection(upstream_connection&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)), stream_(std::move(other.stream_)), reused_(other.reused_) {}

upstream_connection& upstream_connection::operator=(upstream_connection&& other) noexcept {
  if (this == &other) return *this;
  close();
  pool_ = std::exchange(other.pool_, nullptr);
  stream_ = std::move(other.stream_);
  reused_ = other.reused_;
  return *this;
}

upstream_connection upstream_connection::take(upstream_pool& from) {
  upstream_pool::idle_connection* idle = from.first_;
  if (idle == nullptr) return {};
  idle->detach();
  upstream_connection c(&from, std::move(idle->stream), true);
  delete idle;
  return c;
}

upstream_connection upstream_connection::open(upstream_pool& for_pool, net::host& h, const net::endpoint& to,
                                              const pool_limits& l) {
  if (for_pool.open_ >= l.max) return {};
  ++for_pool.open_;
  return {&for_pool, h.open(to), false};
}

void upstream_connection::keep(const pool_limits& l, instant now) {
  MESHGAUGE_ASSERT(stream_ != nullptr);
  if (pool_->retired_ || !stream_->peek().empty()) return close();
  stream_->deadline(saturating_add(now, l.idle));
  auto* idle = new upstream_pool::idle_connection(*pool_, std::move(stream_));
  if (idle->stream->watch(*idle)) {  // closed already, or something unasked is there
    --pool_->open_;
    delete idle;
  }
  pool_ = nullptr;
}

void upstream_connection::close(net::closing how) {
  if (stream_ == nullptr) return;
  --pool_->open_;
  pool_ = nullptr;
  if (how == net::closing::reset) stream_->close(how);
  stream_.reset();
}

// ------------------------------------------------------------------------------------------------- one try

namespace {

cause connect_cause(const error_code& ec) {
  if (ec == net::errc::timed_out || ec == boost::asio::error::timed_out) return cause::connect_timeout;
  if (ec == net::aborted()) return cause::client_abort;
  return cause::connection_refused;  // also unreachable: nothing was sent
}

cause read_cause(const error_code& ec) {
  if (ec == net::errc::timed_out) return cause::response_timeout;
  if (ec == net::end_of_stream()) return cause::connection_closed_before_response;
  if (ec == net::errc::receive_limit) return cause::bad_response;
  if (ec == net::aborted()) return cause::client_abort;
  return cause::connection_reset_before_response;
}

constexpr int interim_max = 8;

}  // namespace

task<cause> try_upstream(upstream_try& t) {
  t.connection = upstream_connection::take(*t.pool_);
  for (;;) {
    if (!t.connection) {
      t.connection = upstream_connection::open(*t.pool_, t.host_, *t.to_, t.pool);
      if (!t.connection) co_return cause::pool_exhausted;
      const instant connect_by = saturating_add(t.host_.now(), t.connect_timeout);
      t.connection->deadline(connect_by < t.respond_by ? connect_by : t.respond_by);
      const error_code ec = co_await t.connection->opened();
      if (ec) {
        t.connection.close();
        co_return connect_cause(ec);
      }
    }
    net::stream& s = *t.connection;
    s.deadline(t.respond_by);
    std::string& text = scratch_text();
    t.write(text);
    const error_code sent = co_await s.send(net::buffer_of(text));
    if (!sent && t.has_rest()) t.start_rest(s);
    s.peek_limit(2 * answer_piece);
    s.expect(answer_piece);
    // Even when the request could not be sent in full, the answer may be there.
    cause why = cause::none;
    int interim = 0;
    for (;;) {
      head& h = scratch_head();
      const verdict v = s.peek().empty() ? verdict::incomplete : parse_response(s.peek(), t.head_limits, t.to_head, h);
      if (v == verdict::complete && (h.status >= 200 || (h.status == 101 && t.accepts_switch(h)))) break;
      if (v == verdict::complete && h.status != 101 && ++interim <= interim_max) {
        s.consume(h.size);
        continue;
      }
      if (v != verdict::incomplete) {
        why = cause::bad_response;
        break;
      }
      const error_code ec = co_await s.fill();
      if (!ec) continue;
      why = s.peek().empty()             ? read_cause(ec)
            : ec == net::errc::timed_out ? cause::response_timeout
                                         : cause::bad_response;
      break;
    }
    if (why == cause::none) {
      t.cut_short = sent.failed();
      co_return why;
    }
    const bool closed_while_kept =
        t.connection.reused() && interim == 0 && t.connection->peek().empty() &&
        (why == cause::connection_closed_before_response || why == cause::connection_reset_before_response);
    t.stop_rest();
    t.connection.close(why == cause::response_timeout ? net::closing::reset : net::closing::graceful);
    if (!closed_while_kept || !t.idempotent || t.has_rest()) co_return why;
    t.connection = {};  // the keep-alive race: once more, on a connection of our own
  }
}

}  // namespace meshgauge::http
