#include "router/net/live/live_listener.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>

#include "router/net/live/live_stream.hpp"
#include "router/net/live/native.hpp"

namespace meshgauge::net::live {

live_listener::live_listener(live_world& w, host& owner, int fd, const endpoint& at)
    : listener(owner), world_(w), fd_(fd), door_(new door(this)), pause_(*this) {
  local_ = at;
  ++world_.sockets_;
  world_.watch(fd_, EPOLLIN, door_);
  if (world_.options_.emulate_network) world_.listening_[at] = owner.name();
}

live_listener::~live_listener() {
  live_listener::close();
  door_->owner = nullptr;
  world_.bury(door_);
}

void live_listener::close() {
  if (closed_) return;
  if (fd_ >= 0) {
    ::close(fd_);
    fd_ = -1;
    --world_.sockets_;
  }
  mark_closed();
}

void live_listener::refuse(bool on) {
  if (on == (fd_ < 0)) return;
  if (on) {  // the kernel refuses only where nobody listens, and resets what waits there: so that is taken first
    const door* d = door_;
    for (int i = 0; i < 4096 && d->owner != nullptr && accept_one(); ++i) {
    }
    if (d->owner == nullptr || fd_ < 0) return;
    ::close(fd_);
    fd_ = -1;
    --world_.sockets_;
    return;
  }
  const auto fd = live_world::listen_socket(local_, world_.options_.reuse_port);
  if (!fd) return;
  fd_ = *fd;
  ++world_.sockets_;
  world_.watch(fd_, EPOLLIN, door_);
}

void live_listener::door::ready(std::uint32_t) {
  for (int i = 0; i < 64 && owner != nullptr && owner->accept_one(); ++i) {
  }
}

bool live_listener::accept_one() {
  if (fd_ < 0) return false;
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ++world_.system_calls_;
  const int fd = ::accept4(fd_, reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    const int error = errno;
    if (error == EMFILE || error == ENFILE || error == ENOBUFS ||
        error == ENOMEM) {  // out of something: wait, do not spin
      ::epoll_ctl(world_.epoll_, EPOLL_CTL_DEL, fd_, nullptr);
      world_.arm(pause_, {world_.now() + std::chrono::milliseconds(50), host_->id(), 0});
    }
    return error == ECONNABORTED || error == EINTR;
  }
  const std::uint64_t identity = mix64(host_->id() ^ (host_->next_connection() + 1ULL));
  auto* s = new live_stream(world_, *host_, fd, event_key{{}, identity, 0xffffffffU});
  s->accepted(local_, from_native(address));
  deliver(stream_ptr(s));  // whoever accepts may destroy this listener in there
  return true;
}

void live_listener::resume(timer_node& node) {
  live_listener& l = static_cast<pause_timer&>(node).owner;
  if (l.fd_ >= 0) l.world_.watch(l.fd_, EPOLLIN, l.door_);
}

}  // namespace meshgauge::net::live
