#pragma once
/// task<T>: the coroutine type of mesh code, and the nursery that owns running ones.
///
/// Lazy: starts when awaited, or when spawned into a nursery. Resumption is by symmetric transfer. Frames come from a
/// pool. A nursery can destroy what runs in it at any suspension (a host's kill): destroying a root frame destroys its
/// children, and every pending operation detaches itself (op.hpp). Exceptions are for our own mistakes: one that leaves
/// a root ends the process.

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "router/core/assert.hpp"
#include "router/net/block_pool.hpp"

namespace meshgauge::net {

class nursery;

namespace detail {

struct promise_base {
  std::coroutine_handle<> continuation;
  // Links of a root in its nursery.
  nursery* home = nullptr;
  promise_base* previous = nullptr;
  promise_base* next = nullptr;
  std::coroutine_handle<> self;

  static void* operator new(std::size_t size) { return block_pool::take(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { block_pool::give(frame, size); }

  std::suspend_always initial_suspend() noexcept { return {}; }
  struct final_awaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> finished) noexcept;
    void await_resume() noexcept {}
  };
  final_awaiter final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { std::terminate(); }
};

template <class T>
struct promise : promise_base {
  std::optional<T> value;
  auto get_return_object() noexcept { return std::coroutine_handle<promise>::from_promise(*this); }
  template <class U>
  void return_value(U&& v) {
    value.emplace(std::forward<U>(v));
  }
  T take() { return std::move(*value); }
};
template <>
struct promise<void> : promise_base {
  auto get_return_object() noexcept { return std::coroutine_handle<promise>::from_promise(*this); }
  void return_void() noexcept {}
  void take() noexcept {}
};

/// The frame that awaits the one at `frame`, null for a root; for prefetching.
inline const void* awaiting(const void* frame) noexcept {
  return std::coroutine_handle<promise_base>::from_address(const_cast<void*>(frame)).promise().continuation.address();
}

}  // namespace detail

template <class T = void>
class [[nodiscard]] task {
 public:
  using promise_type = detail::promise<T>;
  using handle = std::coroutine_handle<promise_type>;

  task(handle h) noexcept : handle_(h) {}  // NOLINT: what get_return_object() gives
  task(task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  task& operator=(task&&) = delete;
  ~task() {
    if (handle_) handle_.destroy();
  }

  struct awaiter {
    handle child;
    bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) noexcept {
      child.promise().continuation = parent;
      return child;
    }
    T await_resume() { return child.promise().take(); }
  };
  awaiter operator co_await() && noexcept { return awaiter{handle_}; }

 private:
  friend class nursery;
  handle handle_;
};

/// Owns running roots. Not copyable; must be empty or killed before it goes.
class nursery {
 public:
  nursery() = default;
  nursery(const nursery&) = delete;
  nursery& operator=(const nursery&) = delete;
  ~nursery() { kill(); }

  /// Runs `t` until its first suspension; it lives until it returns or kill().
  void spawn(task<void> t) {
    auto h = std::exchange(t.handle_, {});
    detail::promise_base& p = h.promise();
    p.home = this;
    p.self = h;
    p.next = first_;
    if (first_ != nullptr) first_->previous = &p;
    first_ = &p;
    ++count_;
    h.resume();
  }

  /// Destroys every root where it stands, youngest first. Must not be called from one of them.
  void kill() noexcept {
    while (first_ != nullptr) {
      detail::promise_base* p = first_;
      unlink(*p);
      p->self.destroy();
    }
  }

  std::size_t count() const noexcept { return count_; }

 private:
  friend struct detail::promise_base;
  void unlink(detail::promise_base& p) noexcept {
    (p.previous != nullptr ? p.previous->next : first_) = p.next;
    if (p.next != nullptr) p.next->previous = p.previous;
    --count_;
  }

  detail::promise_base* first_ = nullptr;
  std::size_t count_ = 0;
};

template <class Promise>
std::coroutine_handle<> detail::promise_base::final_awaiter::await_suspend(
    std::coroutine_handle<Promise> finished) noexcept {
  promise_base& p = finished.promise();
  if (p.continuation) return p.continuation;
  MESHGAUGE_ASSERT(p.home != nullptr);
  p.home->unlink(p);
  finished.destroy();
  return std::noop_coroutine();
}

}  // namespace meshgauge::net
