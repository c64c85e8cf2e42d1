#include "router/net/live/live_world.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "router/net/live/live_listener.hpp"
#include "router/net/live/live_stream.hpp"
#include "router/net/live/native.hpp"

namespace meshgauge::net::live {
namespace {

std::int64_t steady_nanoseconds() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

error_code last_error() {
  return {errno, boost::system::system_category()};
}

}  // namespace

struct live_world::waker final : watcher {
  int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  ~waker() override { ::close(fd); }
  void ready(std::uint32_t) override {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto n = ::read(fd, &count, sizeof count);
  }
};

live_world::live_world(const options& o) : world(o.seed), options_(o), waker_(std::make_unique<waker>()) {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0 || waker_->fd < 0 || !watch(waker_->fd, EPOLLIN, waker_.get())) {
    throw std::system_error(errno, std::generic_category(), "epoll");
  }
  origin_ = steady_nanoseconds();
  conditions_.on_change = [this] {
    for (std::size_t i = 0; i < emulated_.size(); ++i) emulated_[i]->look_at_link();
  };
}

live_world::~live_world() {
  graveyard_.clear();
  ::close(epoll_);
  MESHGAUGE_ASSERT(sockets_ == 0);
}

void live_world::refresh_clock() {
  now_ = instant(duration(steady_nanoseconds() - origin_));
}

bool live_world::watch(int fd, std::uint32_t events, watcher* w) {
  epoll_event e{};
  e.events = events;
  e.data.ptr = w;
  ++system_calls_;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &e) == 0;
}

void live_world::watch_also(int fd, std::uint32_t events, watcher* w) {
  epoll_event e{};
  e.events = events;
  e.data.ptr = w;
  ++system_calls_;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &e);
}

void live_world::wake() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto n = ::write(waker_->fd, &one, sizeof one);
}

stream_ptr live_world::open(host& from, const endpoint& to) {
  const std::uint64_t identity = mix64(from.id() + 0x9e3779b97f4a7c15ULL * (from.next_connection() + 1ULL));
  auto* s = new live_stream(*this, from, -1, event_key{{}, identity, 0xffffffffU});
  s->connect(to);
  return stream_ptr(s);
}

result<int> live_world::listen_socket(const endpoint& at, bool reuse_port) {
  const int family = at.address.is_v6() ? AF_INET6 : AF_INET;
  const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return last_error();
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);  // what is accepted inherits it
  if (reuse_port) ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
  sockaddr_storage address{};
  const socklen_t length = to_native(at, address);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(fd, 4096) != 0) {
    const error_code ec = last_error();
    ::close(fd);
    return ec;
  }
  return fd;
}

result<listener_ptr> live_world::listen(host& on, const endpoint& at) {
  const result<int> fd = listen_socket(at, options_.reuse_port);
  if (!fd) return fd.error();
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(*fd, reinterpret_cast<sockaddr*>(&address), &size);
  auto l = std::make_unique<live_listener>(*this, on, *fd, from_native(address));
  if (on.refusing()) l->refuse(true);
  return listener_ptr(std::move(l));
}

int live_world::wait(std::span<epoll_event> events, instant next) {
  const int most = static_cast<int>(events.size());
  int n = 0;
  if (gap_ < spin_gap && next > now_) {
    const instant enough = std::min(next, now_ + spin_most);
    while (n == 0 && now_ < enough) {
      ++system_calls_;
      n = ::epoll_wait(epoll_, events.data(), most, 0);
      refresh_clock();
    }
  }
  if (n == 0) {
    timespec left{};
    if (next > now_ && next != never) {
      const auto ns = (next - now_).count();
      left.tv_sec = ns / 1'000'000'000;
      left.tv_nsec = ns % 1'000'000'000;
    }
    ++system_calls_;
    n = ::epoll_pwait2(epoll_, events.data(), most, next == never ? nullptr : &left, nullptr);
    if (n < 0 && errno == ENOSYS) {  // a kernel before 5.11
      const auto ms =
          next == never ? -1 : static_cast<int>((next > now_ ? next - now_ : duration::zero()).count() / 1'000'000 + 1);
      n = ::epoll_wait(epoll_, events.data(), most, ms);
    }
    refresh_clock();
  }
  if (n > 0) {
    const duration each = std::min<duration>((now_ - last_events_) / n, std::chrono::milliseconds(1));
    gap_ += (each - gap_) / 8;
    last_events_ = now_;
  }
  return n;
}

void live_world::round(instant until) {
  instant next = until;
  if (!timers_.empty()) next = std::min(next, timers_.top().at);
  if (!graveyard_.empty()) next = now_;

  std::array<epoll_event, 128> events;
  const int n = wait(events, next);
  for (int i = 0; i < n; ++i) {
    refresh_clock();
    static_cast<watcher*>(events[static_cast<std::size_t>(i)].data.ptr)
        ->ready(events[static_cast<std::size_t>(i)].events);
  }
  // Timers last, so that run_until looks at `done` before the next wait.
  refresh_clock();
  while (!timers_.empty() && timers_.top().at <= now_) timers_.fire_top();
  std::exchange(graveyard_, {}).clear();
}

bool live_world::run_until(instant until, const std::function<bool()>& done) {
  refresh_clock();
  while (!done()) {
    if (now_ >= until) return false;
    round(until);
  }
  return true;
}

void live_world::run_until(instant until) {
  run_until(until, [] { return false; });
}

}  // namespace meshgauge::net::live
