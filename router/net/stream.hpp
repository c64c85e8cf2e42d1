#pragma once
/// A byte stream between two hosts, in either world.
///
/// Reading: `co_await fill()` makes peek() longer by at least one byte, or gives an error; consume() takes bytes away.
/// What peek() shows stays where it is until the reader's next co_await. Writing: `co_await send(buffers)` takes all
/// the bytes before it returns control, and finishes when the network has accepted them. One fill and one send may be
/// pending at the same time.
///
/// One deadline covers opened, fill and send; passing it gives errc::timed_out and leaves the stream usable, so that a
/// slow client can still be told. It is stored, and checked by one lazy timer: moving it costs a few instructions.
///
/// Errors: fill gives eof once the peer has closed its side; connection_reset after a reset, when the bytes that came
/// before it have been read; send gives connection_reset or broken_pipe. Errors other than timed_out stay.

#include <boost/asio/buffer.hpp>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

#include "router/net/endpoint.hpp"
#include "router/net/op.hpp"
#include "router/net/receive_buffer.hpp"
#include "router/net/timer.hpp"

namespace meshgauge::net {

class host;
class world;

using boost::asio::const_buffer;
using buffers = std::span<const const_buffer>;

inline const_buffer buffer_of(std::string_view text) {
  return {text.data(), text.size()};
}

enum class closing {
  send,      ///< half-close: no more bytes from us, reading goes on
  graceful,  ///< both directions; bytes that wait unread turn it into a reset, as the kernel does
  reset,     ///< at once, the peer sees connection_reset
};

class stream {
 public:
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  class fill_awaiter;
  class send_awaiter;
  class open_awaiter;

  std::string_view peek() const { return rx_.peek(); }
  void consume(std::size_t n) { rx_.consume(n); }

  /// Waits for at least one byte more than peek() shows. errc::receive_limit when peek() holds `peek_limit` bytes.
  fill_awaiter fill();
  /// All of `data`, in order. An empty send is done at once.
  send_awaiter send(buffers data);
  send_awaiter send(const const_buffer& one);
  /// Of a stream from host::open: waits until it is connected.
  open_awaiter opened();

  /// Starts a fill without a coroutine; true: bytes, eof or an error are there already and `o` was not taken.
  /// An op that is taken is completed like a fill, and forgotten by o.detach().
  bool watch(op& o);

  /// `never` clears it.
  void deadline(instant at);
  instant deadline() const { return deadline_; }
  /// A send that moves on, if only by a byte, moves the deadline to `d` from then: a slow reader is not a dead one.
  /// Zero, as at first: the deadline stands.
  void patience(duration d) { patience_ = d; }
  void peek_limit(std::size_t bytes) { limit_ = bytes; }
  /// A hint: about so many more bytes are coming, and the reader wants them in as few pieces as may be, so one read may
  /// take that much at once (256 KiB at most; peek_limit holds all the same). Bytes that come are counted off; 0 takes
  /// the hint back. It changes what a read costs, never what is read, and a world may ignore it.
  void expect(std::size_t bytes) { expected_ = bytes; }

  virtual void close(closing how) = 0;

  const endpoint& local() const { return local_; }
  const endpoint& remote() const { return remote_; }
  host& owner() const { return *host_; }

  /// How a handle lets go: closes gracefully if nobody closed it (a reset while its host is being killed).
  void release();

 protected:
  friend class host;
  stream(host& owner, event_key identity);
  virtual ~stream();

  // What a world implements. Each returns true when done at once, with the result in `ec`; otherwise it keeps `o`.
  virtual bool start_fill(op& o, error_code& ec) = 0;
  virtual bool start_send(buffers data, op& o, error_code& ec) = 0;
  /// Bytes were taken by a fill while `announce_taken_` was set.
  virtual void taken() {}
  /// Frees the object; called once, when it is released and no longer pinned.
  virtual void dispose() = 0;

  bool begin_fill(op& o, error_code& ec);
  bool begin_send(buffers data, op& o, error_code& ec);
  bool begin_open(op& o, error_code& ec);

  /// Bytes have arrived in rx_: shows them to a pending fill.
  void arrived();
  /// The read side ends with `ec` behind the bytes that are there.
  void read_ends(error_code ec);
  void open_ends(error_code ec);
  /// Part of a pending send has been accepted.
  void progressed();
  /// All of a send that was pending has been accepted, or it failed.
  void sent(error_code ec);
  /// Completes what is pending with `ec`; careful: the stream may be released in here, pin() first.
  void complete_all(error_code ec);

  void pin() { ++pins_; }
  void unpin() {
    if (--pins_ == 0 && released_) dispose();
  }
  bool released() const { return released_; }
  bool pinned() const { return pins_ > 0; }
  bool killed() const;
  void leave_host();

  // What each event touches comes first, in as few cache lines as it takes.
  receive_buffer rx_;
  op* fill_op_ = nullptr;
  op* send_op_ = nullptr;
  host* host_;
  std::size_t limit_ = 64 * 1024;
  std::size_t expected_ = 0;  ///< more bytes, as the reader was told
  instant deadline_ = never;
  duration patience_{};
  bool announce_taken_ = false;
  bool open_ = false;
  bool closed_ = false;  ///< close(graceful|reset) was called
  bool read_ended_ = false;

 private:
  static void on_timer(timer_node& node);
  void check_deadline();
  bool too_late() const;
  bool paused() const;
  /// After a pause of the host: completes, from the loop, what could not be completed during it.
  void look_again();
  void settle();

  struct deadline_timer : timer_node {
    explicit deadline_timer(stream& s) : timer_node(&stream::on_timer), owner(s) {}
    stream& owner;
  };
  bool released_ = false;
  bool sent_unsaid_ = false;  ///< a send ended during a pause, with sent_result_
  unsigned pins_ = 0;
  deadline_timer timer_;
  event_key identity_;  ///< actor and counter for the timer's place in the order
  stream* previous_ = nullptr;
  stream* next_ = nullptr;
  error_code sent_result_;

 protected:
  error_code read_error_;  ///< after the bytes in rx_, when read_ended_
  error_code open_error_;
  endpoint local_, remote_;
};

struct releaser {
  void operator()(stream* s) const { s->release(); }
};
using stream_ptr = std::unique_ptr<stream, releaser>;

class stream::fill_awaiter : public resume_op {
 public:
  explicit fill_awaiter(stream& s) : stream_(s) {}
  bool await_ready() { return stream_.begin_fill(*this, result_); }

 private:
  stream& stream_;
};

class stream::send_awaiter : public resume_op {
 public:
  send_awaiter(stream& s, buffers data) : stream_(s), data_(data) {}
  send_awaiter(stream& s, const const_buffer& one) : stream_(s), one_(one), data_(&one_, 1) {}
  send_awaiter(const send_awaiter&) = delete;
  bool await_ready() { return stream_.begin_send(data_, *this, result_); }

 private:
  stream& stream_;
  const_buffer one_;
  buffers data_;
};

class stream::open_awaiter : public resume_op {
 public:
  explicit open_awaiter(stream& s) : stream_(s) {}
  bool await_ready() { return stream_.begin_open(*this, result_); }

 private:
  stream& stream_;
};

inline stream::fill_awaiter stream::fill() {
  return fill_awaiter(*this);
}
inline stream::send_awaiter stream::send(buffers data) {
  return send_awaiter(*this, data);
}
inline stream::send_awaiter stream::send(const const_buffer& one) {
  return send_awaiter(*this, one);
}
inline stream::open_awaiter stream::opened() {
  return open_awaiter(*this);
}

}  // namespace meshgauge::net
