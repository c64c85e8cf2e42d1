#pragma once
/// Where connections arrive from the kernel.

#include "router/net/live/live_world.hpp"

namespace meshgauge::net::live {

class live_listener final : public listener {
 public:
  live_listener(live_world& w, host& owner, int fd, const endpoint& at);
  ~live_listener() override;
  void close() override;
  void refuse(bool on) override;

 private:
  /// What the epoll set points to; outlives the listener until the end of the round.
  struct door final : live_world::watcher {
    live_listener* owner;
    explicit door(live_listener* l) : owner(l) {}
    void ready(std::uint32_t) override;
  };
  /// False when there is nothing to accept now.
  bool accept_one();
  static void resume(timer_node& node);
  struct pause_timer : timer_node {
    explicit pause_timer(live_listener& l) : timer_node(&live_listener::resume), owner(l) {}
    live_listener& owner;
  };

  live_world& world_;
  int fd_;
  door* door_;
  pause_timer pause_;
};

}  // namespace meshgauge::net::live
