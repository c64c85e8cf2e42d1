#pragma once
/// Where connections arrive. accept() gives the next one, or errc::listener_closed, or operation_aborted while the host
/// stops. Closing it makes later connects fail with connection_refused; connections that wait are reset.

#include <deque>
#include <memory>

#include "router/net/stream.hpp"

namespace meshgauge::net {

class listener {
 public:
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;
  virtual ~listener();

  class accept_awaiter : public resume_op {
   public:
    explicit accept_awaiter(listener& l) : listener_(l) {}
    bool await_ready();
    result<stream_ptr> await_resume();

   private:
    listener& listener_;
  };
  accept_awaiter accept() { return accept_awaiter(*this); }

  virtual void close() = 0;
  /// Refuses connects, or takes them again; what waits stays.
  virtual void refuse(bool on) = 0;
  const endpoint& local() const { return local_; }
  bool closed() const { return closed_; }

 protected:
  friend class host;
  explicit listener(host& owner);
  /// A connection is there for accept().
  void deliver(stream_ptr s);
  /// Accepted less than `backlog` of them: a world asks before it completes a handshake.
  std::size_t waiting() const { return waiting_.size(); }
  void mark_closed();
  /// After a pause: what waits may be accepted now.
  void look_again();

  host* host_;
  endpoint local_;
  bool closed_ = false;

 private:
  std::deque<stream_ptr> waiting_;
  struct wake_timer : timer_node {
    explicit wake_timer(listener& l) : timer_node(&listener::woken), owner(l) {}
    listener& owner;
  };
  static void woken(timer_node& node);

  wake_timer wake_{*this};
  op* accept_op_ = nullptr;
  listener* previous_ = nullptr;
  listener* next_ = nullptr;
};
using listener_ptr = std::unique_ptr<listener>;

}  // namespace meshgauge::net
