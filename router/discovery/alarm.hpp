#pragma once
/// A sleep that somebody else can cut short: how a loop waits for "the next heartbeat, or a change of mind".
///
/// One coroutine waits at a time. `ring` ends its wait from the loop of the world, never inside the call, so it may be
/// called from anywhere; with nobody waiting it is remembered, and the next wait ends at once. Like every sleep of a
/// host it ends with operation_aborted when the host stops. The alarm must outlive the coroutine that waits.

#include <optional>

#include "router/net/host.hpp"

namespace meshgauge::discovery {

class alarm {
 public:
  explicit alarm(net::host& on) : host_(on) {}
  alarm(const alarm&) = delete;
  alarm& operator=(const alarm&) = delete;
  ~alarm() { MESHGAUGE_ASSERT(waiting_ == nullptr); }

  class awaiter {
   public:
    awaiter(alarm& a, instant at) : alarm_(a) { sleep_.emplace(a.host_, at); }
    awaiter(const awaiter&) = delete;
    awaiter& operator=(const awaiter&) = delete;
    ~awaiter() { leave(); }

    bool await_ready() {
      if (alarm_.rung_) sleep_.emplace(alarm_.host_, alarm_.host_.now());
      alarm_.rung_ = false;
      return sleep_->await_ready();
    }
    void await_suspend(std::coroutine_handle<> h) {
      MESHGAUGE_ASSERT(alarm_.waiting_ == nullptr);
      alarm_.waiting_ = this;
      handle_ = h;
      sleep_->await_suspend(h);
    }
    /// No error: the time has come, or somebody rang.
    net::error_code await_resume() {
      leave();
      return sleep_->await_resume();
    }

   private:
    friend class alarm;
    void leave() {
      if (alarm_.waiting_ == this) alarm_.waiting_ = nullptr;
    }
    void cut() {
      if (alarm_.host_.stopping()) return;  // has been told already
      sleep_.emplace(alarm_.host_, alarm_.host_.now());
      sleep_->await_ready();
      sleep_->await_suspend(handle_);
    }
    alarm& alarm_;
    std::coroutine_handle<> handle_;
    std::optional<net::host::sleep_awaiter> sleep_;
  };

  [[nodiscard]] awaiter until(instant at) { return awaiter(*this, at); }
  void ring() {
    if (waiting_ != nullptr)
      waiting_->cut();
    else
      rung_ = true;
  }
  /// Forgets a ring that nobody has heard yet.
  void silence() { rung_ = false; }

 private:
  net::host& host_;
  awaiter* waiting_ = nullptr;
  bool rung_ = false;
};

}  // namespace meshgauge::discovery
