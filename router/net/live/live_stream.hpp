#pragma once
/// A TCP connection behind the seam.

#include <sys/types.h>

#include <memory>
#include <string>

#include "router/net/live/emulation.hpp"
#include "router/net/live/live_world.hpp"

namespace meshgauge::net::live {

class live_stream final : public stream, public live_world::watcher {
 public:
  /// \param fd  non-blocking; -1: not connected yet (connect() follows).
  live_stream(live_world& w, host& owner, int fd, event_key identity);
  ~live_stream() override;

  void connect(const endpoint& to);
  void accepted(const endpoint& local, const endpoint& remote);
  void close(closing how) override;

 private:
  friend class live_world;
  static constexpr std::size_t window = 1024 * 1024;  ///< emulated bytes on the way

  void ready(std::uint32_t events) override;
  bool start_fill(op& o, error_code& ec) override;
  bool start_send(buffers data, op& o, error_code& ec) override;
  void taken() override;
  void dispose() override;

  void start_connect();
  /// The kernel has decided; only a failure has to be asked for.
  void connected(bool failed);
  void finish_open(error_code ec);
  /// Reads once; \return false when the kernel has nothing (now).
  bool read_some();
  /// What came says how much room the next read should offer: a read that fills its room has left something behind.
  /// So large answers over a kept connection take one read each, and where little comes a block stays small.
  void learn(std::size_t came, std::size_t room);
  static ssize_t write(int fd, buffers data, std::size_t total);
  void write_backlog();
  void shut(bool hard);

  // Network emulation.
  void emulate(std::string peer);
  void look_at_link();
  void pump();
  void hold(std::size_t bytes, error_code end);
  void show_due();
  void arm_held();
  static void on_held(timer_node& node);
  struct held_timer : timer_node {
    explicit held_timer(live_stream& s) : timer_node(&live_stream::on_held), owner(s) {}
    live_stream& owner;
  };

  live_world& world_;
  int fd_;
  std::uint64_t identity_hash_;
  static constexpr std::uint32_t appetite_least = 4096, appetite_most = 128 * 1024;
  std::uint32_t appetite_ = appetite_least;  ///< room that a read offers when nobody has said what comes
  bool readable_ = false;
  bool hung_up_ = false;  ///< the end is near: a short read does not mean drained
  bool fin_sent_ = false;
  bool room_watched_ = false;  ///< the epoll set says when a full socket has room again
  error_code send_error_;
  std::size_t backlog_sent_ = 0;
  std::string backlog_;
  std::unique_ptr<emulation> emulation_;
  std::unique_ptr<held_timer> held_;
};

}  // namespace meshgauge::net::live
