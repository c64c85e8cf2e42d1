#pragma once
/// op: one pending operation, kept in the awaiter and so in the coroutine frame that waits.
///
/// Whoever will complete it holds a pointer in a *slot*; the op knows the slot and clears it when it goes. So a frame
/// can be destroyed at any suspension without cancelling anything: nobody is left pointing at it. A completion never
/// runs inside the call that starts an operation; an operation that is done at once says so by its return value.

#include <coroutine>

#include "router/core/assert.hpp"
#include "router/net/error.hpp"

namespace meshgauge::net {

class op {
 public:
  using callback = void (*)(op&, error_code);

  explicit op(callback call) : call_(call) {}
  op(const op&) = delete;
  op& operator=(const op&) = delete;
  ~op() { detach(); }

  bool pending() const { return slot_ != nullptr; }

  void attach(op*& slot) {
    MESHGAUGE_ASSERT(slot == nullptr && slot_ == nullptr);
    slot_ = &slot;
    slot = this;
  }
  void detach() {
    if (slot_ != nullptr) {
      *slot_ = nullptr;
      slot_ = nullptr;
    }
  }
  /// Runs what waits. The op may be gone when this returns.
  void complete(error_code ec) {
    detach();
    call_(*this, ec);
  }
  /// The coroutine frame that will run; null when it is no coroutine that waits. For prefetching.
  const void* frame() const { return frame_; }

 protected:
  void* frame_ = nullptr;

 private:
  op** slot_ = nullptr;
  callback call_;
};

/// Completes the op in `slot`, if there is one.
inline void complete(op*& slot, error_code ec) {
  if (slot != nullptr) slot->complete(ec);
}

/// An op that resumes a coroutine; the base of every awaiter.
class resume_op : public op {
 public:
  resume_op() : op(&resume_op::run) {}
  void await_suspend(std::coroutine_handle<> h) noexcept { frame_ = h.address(); }
  error_code await_resume() const noexcept { return result_; }

 protected:
  error_code result_;

 private:
  static void run(op& self, error_code ec) {
    auto& me = static_cast<resume_op&>(self);
    me.result_ = ec;
    std::coroutine_handle<>::from_address(me.frame_).resume();
  }
};

/// An op that calls a member function of its owner, for watching without a coroutine.
template <class Owner, void (Owner::*Member)(error_code)>
class member_op : public op {
 public:
  explicit member_op(Owner& owner) : op(&member_op::run), owner_(owner) {}

 private:
  static void run(op& self, error_code ec) { (static_cast<member_op&>(self).owner_.*Member)(ec); }
  Owner& owner_;
};

}  // namespace meshgauge::net
