#pragma once
/// A host: a process with a name. Owns the coroutines, streams and listeners of one client, router, registry or
/// upstream instance, in either world.
///
/// *stop* is polite: every pending operation ends with operation_aborted, later ones do so at once, and the coroutines
/// run to their end. *kill* is not: listeners close, frames are destroyed where they stand, streams are reset; nothing
/// of the host's own code runs, apart from destructors. A host may be killed and used again (a restart). kill() must be
/// called from outside the host's own coroutines.

#include <string>

#include "router/net/task.hpp"
#include "router/net/world.hpp"

namespace meshgauge::net {

class host {
 public:
  /// \param id  stable identity in the order of events; derived from the name.
  host(net::world& w, std::string name);
  host(const host&) = delete;
  host& operator=(const host&) = delete;
  ~host();

  class sleep_awaiter;

  void spawn(task<void> t) { nursery_.spawn(std::move(t)); }
  stream_ptr open(const endpoint& to) { return world_.open(*this, to); }
  result<listener_ptr> listen(const endpoint& at) { return world_.listen(*this, at); }
  /// Ends with no error at `at`, or operation_aborted when the host stops.
  sleep_awaiter sleep_until(instant at);
  sleep_awaiter sleep(duration d);

  void stop();
  void kill();
  /// As SIGSTOP does: nothing of the host runs, the kernel's side goes on accepting and buffering. resume() lets
  /// everything that has happened meanwhile take effect. kill() ends a pause.
  void pause() { paused_ = true; }
  void resume();
  /// Connects are refused although somebody listens, as with a closed port; what is connected stays.
  void refuse_connections(bool refuse);
  /// After kill() or a finished stop(): ready to run again.
  void revive();

  bool stopping() const { return stopping_; }
  bool killing() const { return killing_; }
  bool paused() const { return paused_; }
  bool refusing() const { return refusing_; }
  /// Coroutines that have not ended.
  std::size_t running() const { return nursery_.count(); }
  std::size_t open_streams() const { return stream_count_; }

  net::world& world() const { return world_; }
  instant now() const { return world_.now(); }
  const std::string& name() const { return name_; }
  std::uint64_t id() const { return id_; }
  /// Random numbers for a purpose of this host ("balance", "think").
  rng random(std::string_view purpose) const { return world_.random().derive(id_).derive(purpose); }

  /// Where its connections come from; unspecified until somebody says so.
  const boost::asio::ip::address& address() const { return address_; }
  void set_address(const boost::asio::ip::address& a) { address_ = a; }

  /// The next place of this host in the order of events.
  event_key next_key(instant at) { return {at, id_, counter_++}; }
  /// The number of connections opened so far: names the next one.
  std::uint32_t next_connection() { return connections_++; }

  /// Calls `f(stream&)` for every stream of this host, oldest first.
  template <class F>
  void for_each_stream(F f) {
    for (stream* s = last_stream_; s != nullptr;) {
      stream* following = s->previous_;
      f(*s);
      s = following;
    }
  }

 private:
  friend class stream;
  friend class listener;

  net::world& world_;
  std::string name_;
  std::uint64_t id_;
  boost::asio::ip::address address_;
  std::uint32_t counter_ = 0;
  std::uint32_t connections_ = 0;
  bool stopping_ = false;
  bool killing_ = false;
  bool paused_ = false;
  bool refusing_ = false;
  stream* streams_ = nullptr;      // youngest first
  stream* last_stream_ = nullptr;  // the oldest
  std::size_t stream_count_ = 0;
  listener* listeners_ = nullptr;
  sleep_awaiter* sleepers_ = nullptr;
  nursery nursery_;
};

class host::sleep_awaiter : public resume_op, timer_node {
 public:
  sleep_awaiter(host& h, instant at);
  ~sleep_awaiter();
  bool await_ready();

 private:
  friend class host;
  static void fired(timer_node& node);
  void leave();

  host& host_;
  instant at_;
  op* slot_ = nullptr;
  sleep_awaiter* previous_ = nullptr;
  sleep_awaiter* next_ = nullptr;
};

inline host::sleep_awaiter host::sleep_until(instant at) {
  return sleep_awaiter(*this, at);
}
inline host::sleep_awaiter host::sleep(duration d) {
  return sleep_awaiter(*this, saturating_add(now(), d));
}

}  // namespace meshgauge::net
