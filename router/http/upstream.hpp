#pragma once
/// Connections to one instance, and one try of a request over them. Used by the router and by the discovery client, so
/// that both have the same pools, the same keep-alive race and the same causes.
///
/// A connection waits in the pool with a watch on it: one that becomes readable while idle (FIN, RST or bytes nobody
/// asked for) is thrown away, so that such bytes are never taken for an answer. It goes back only when the exchange
/// ended cleanly. Most recently used first.

#include <cstdint>
#include <string>

#include "router/core/cause.hpp"
#include "router/http/body.hpp"
#include "router/http/head.hpp"
#include "router/net/host.hpp"

namespace meshgauge::http {

struct pool_limits {
  std::size_t max = 100;                    ///< connections, busy and idle
  duration idle = std::chrono::seconds(4);  ///< below the 5 s after which common servers close
};

class upstream_pool {
 public:
  upstream_pool() = default;
  upstream_pool(const upstream_pool&) = delete;
  upstream_pool& operator=(const upstream_pool&) = delete;
  ~upstream_pool();

  /// Closes what is idle; what is busy is closed when it comes back. For an instance that has left.
  void retire();
  /// The instance is back.
  void revive() { retired_ = false; }
  std::size_t idle() const { return idle_count_; }
  std::size_t open() const { return open_; }

 private:
  friend class upstream_connection;
  struct idle_connection;
  void drop_all();

  idle_connection* first_ = nullptr;
  std::uint32_t idle_count_ = 0;
  std::uint32_t open_ = 0;
  bool retired_ = false;
};

/// A connection taken from a pool. Closed when this goes, unless `keep` gave it back.
class upstream_connection {
 public:
  upstream_connection() = default;
  upstream_connection(upstream_connection&& other) noexcept;
  upstream_connection& operator=(upstream_connection&& other) noexcept;
  ~upstream_connection() { close(); }

  /// An idle connection of the pool; empty when there is none.
  static upstream_connection take(upstream_pool& from);
  /// A new one, not yet connected; empty when the pool is at its limit.
  static upstream_connection open(upstream_pool& for_pool, net::host& h, const net::endpoint& to, const pool_limits& l);

  explicit operator bool() const { return stream_ != nullptr; }
  net::stream& operator*() const { return *stream_; }
  net::stream* operator->() const { return stream_.get(); }
  /// It has carried an exchange before: the peer may have closed it in the meantime.
  bool reused() const { return reused_; }
  /// Back into the pool: the exchange is complete, nothing is left over in either direction.
  void keep(const pool_limits& l, instant now);
  void close(net::closing how = net::closing::graceful);

 private:
  upstream_connection(upstream_pool* p, net::stream_ptr s, bool reused)
      : pool_(p), stream_(std::move(s)), reused_(reused) {}
  upstream_pool* pool_ = nullptr;
  net::stream_ptr stream_;
  bool reused_ = false;
};

/// What one try needs to know, and what it leaves behind.
class upstream_try {
 public:
  explicit upstream_try(net::host& h) : host_(h) {}
  virtual ~upstream_try() = default;

  /// At whom. Both must live until the try has ended.
  void aim(upstream_pool& at, const net::endpoint& to) {
    pool_ = &at;
    to_ = &to;
    cut_short = false;
  }

  pool_limits pool;
  http::limits head_limits;
  duration connect_timeout = std::chrono::milliseconds(250);
  instant respond_by = never;  ///< the response head must be there
  bool idempotent = true;      ///< may be sent a second time on a fresh connection when a kept one was closed
  bool to_head = false;

  upstream_connection connection;  ///< after success: open, its peek() begins with the response head
  bool cut_short = false;          ///< an answer came before the request was sent in full: do not keep the connection

 protected:
  /// Appends the request's head, and its body where that is small and here.
  virtual void write(std::string& out) = 0;
  /// More of the body follows than `write` gave.
  virtual bool has_rest() const { return false; }
  /// Starts sending the rest, beside the reading of the answer; called once, after `write`. From then on the stream's
  /// deadline is the sender's business, until an answer is there. It must not complete anything inside the call.
  virtual void start_rest(net::stream&) {}
  /// The try has failed: nothing may touch the stream any more.
  virtual void stop_rest() {}
  /// True for a 101 that was asked for: it counts as the final answer.
  virtual bool accepts_switch(const head&) const { return false; }

 private:
  friend net::task<cause> try_upstream(upstream_try& t);
  net::host& host_;
  upstream_pool* pool_ = nullptr;
  const net::endpoint* to_ = nullptr;
};

/// What one read from an instance may take: the usual large answer comes with its head in one piece.
inline constexpr std::size_t answer_piece = 128 * 1024;

/// cause::none: the final response's head is parsed in scratch_head() (valid until the caller waits). Otherwise the
/// connection is gone. Interim responses (1xx) are read and dropped.
net::task<cause> try_upstream(upstream_try& t);

}  // namespace meshgauge::http
