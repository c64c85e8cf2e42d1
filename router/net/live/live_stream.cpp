#include "router/net/live/live_stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include "router/net/live/native.hpp"

namespace meshgauge::net::live {
namespace {

constexpr std::size_t read_most = 256 * 1024;  ///< the largest block of the pool

error_code code_of(int error) {
  return {error, boost::system::system_category()};
}

}  // namespace

live_stream::live_stream(live_world& w, host& owner, int fd, event_key identity)
    : stream(owner, identity), world_(w), fd_(fd), identity_hash_(identity.actor) {
  if (fd_ >= 0) ++world_.sockets_;
}

live_stream::~live_stream() {
  shut(false);
}

void live_stream::dispose() {
  world_.bury(this);
}

void live_stream::shut(bool hard) {
  if (emulation_) {
    if (!emulation_->peer.empty() && fd_ >= 0) world_.connecting_.erase(local_);
    std::erase(world_.emulated_, this);
    emulation_.reset();
    held_.reset();
  }
  if (fd_ < 0) return;
  if (hard) {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  ::close(fd_);  // also leaves the epoll set
  fd_ = -1;
  --world_.sockets_;
}

// ------------------------------------------------------------------------------------------------- opening

void live_stream::connect(const endpoint& to) {
  remote_ = to;
  if (world_.options_.emulate_network) {
    const auto known = world_.listening_.find(to);
    emulate(known == world_.listening_.end() ? std::string() : known->second);
    if (emulation_->blocked) {
      emulation_->connect_held = true;
      return;
    }
  }
  start_connect();
}

void live_stream::start_connect() {
  fd_ = ::socket(remote_.address.is_v6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return finish_open(code_of(errno));
  ++world_.sockets_;
  const int yes = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  sockaddr_storage address{};
  if (!host_->address().is_unspecified() && host_->address().is_v4() == remote_.address.is_v4()) {
    // A host of the mesh calls from its own address; the port is chosen at connect time.
    const socklen_t length = to_native({host_->address(), 0}, address);
    ::setsockopt(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), length) != 0) {
      const error_code ec = code_of(errno);
      shut(false);
      return finish_open(ec);
    }
  }
  const socklen_t length = to_native(remote_, address);
  const int result = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), length);
  if (result != 0 && errno != EINPROGRESS) {
    const error_code ec = code_of(errno);
    shut(false);
    return finish_open(ec);
  }
  if (!world_.watch(fd_, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, this)) return finish_open(code_of(errno));
  room_watched_ = true;
  if (emulation_) {
    socklen_t size = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    local_ = from_native(address);
    world_.connecting_[local_] = host_->name();
  }
  if (result == 0) finish_open({});
}

void live_stream::accepted(const endpoint& local, const endpoint& remote) {
  local_ = local;
  remote_ = remote;
  open_ = true;
  world_.watch(fd_, EPOLLIN | EPOLLRDHUP | EPOLLET, this);
  if (world_.options_.emulate_network) {
    const auto known = world_.connecting_.find(remote);
    emulate(known == world_.connecting_.end() ? std::string() : known->second);
  }
}

void live_stream::connected(bool failed) {
  if (!failed) return finish_open({});
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  finish_open(error == 0 ? error_code{} : code_of(error));
}

void live_stream::finish_open(error_code ec) {
  if (emulation_ && (emulation_->round_trip > duration::zero() || emulation_->blocked)) {
    emulation_->open_due = true;
    emulation_->open_result = ec;
    emulation_->last = world_.now() + emulation_->round_trip;
    return arm_held();
  }
  if (ec) shut(false);
  open_ends(ec);
}

// ------------------------------------------------------------------------------------------------- reading and writing

void live_stream::ready(std::uint32_t events) {
  if (closed_ || fd_ < 0) return;
  pin();
  if (!open_ && !open_error_ && !(emulation_ && emulation_->open_due)) {
    if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) connected((events & (EPOLLERR | EPOLLHUP)) != 0);
  }
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) hung_up_ = true;
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) readable_ = true;
  // First what was to be sent: an answer that came after the last byte of a request is no early one.
  if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0 && fd_ >= 0 && !closed_) write_backlog();
  if (readable_ && fd_ >= 0 && !closed_) {
    if (emulation_) {
      pump();
    } else if (fill_op_ != nullptr && read_some()) {
      arrived();
    }
  }
  unpin();
}

bool live_stream::read_some() {
  if (!readable_ || read_ended_) return false;
  // What drips in goes into the room that is left: a larger block for each of many slow connections would add up.
  const std::size_t left = rx_.empty() ? 0 : rx_.room();
  const bool enough = left >= 1024 && expected_ <= left;
  char* place = rx_.prepare(enough ? left : std::clamp<std::size_t>(expected_, appetite_, read_most));
  const std::size_t room = rx_.room();
  ++world_.system_calls_;
  const ssize_t n = ::recv(fd_, place, room, MSG_DONTWAIT);
  if (n > 0) {
    if (static_cast<std::size_t>(n) < room && !hung_up_) readable_ = false;
    if (expected_ < room) learn(static_cast<std::size_t>(n), room);  // room for what was announced proves nothing
    expected_ -= std::min(expected_, static_cast<std::size_t>(n));
    if (emulation_) {
      rx_.commit_in_flight(static_cast<std::size_t>(n));
      hold(static_cast<std::size_t>(n), {});
    } else {
      rx_.commit(static_cast<std::size_t>(n));
    }
    return true;
  }
  const int error = n < 0 ? errno : 0;
  rx_.abandon();
  if (error == EAGAIN || error == EINTR) {
    readable_ = false;
    return false;
  }
  readable_ = false;
  // A send that met the reset first has taken the error with it; the reader is told the same.
  error_code end = n == 0 ? (send_error_ == reset() ? reset() : end_of_stream()) : code_of(error);
  if (end == reset() && !send_error_) send_error_ = end;
  if (emulation_) {
    hold(0, end);
  } else {
    read_ends(end);
  }
  return false;
}

void live_stream::learn(std::size_t came, std::size_t room) {
  if (came == room) {
    appetite_ = std::min(static_cast<std::uint32_t>(std::bit_ceil(room) * 4), appetite_most);
  } else if (came < appetite_ / 8) {
    appetite_ = std::max(appetite_ / 2, appetite_least);
  }
}

bool live_stream::start_fill(op& o, error_code& ec) {
  if (!emulation_ && readable_) {
    if (read_some()) {
      rx_.see(limit_);
      return true;
    }
    if (read_ended_) {
      ec = read_error_;
      return true;
    }
  }
  o.attach(fill_op_);
  return false;
}

/// All of `data` in one call. What is small is put together first: copying a few hundred bytes costs less than the
/// kernel needs to read a list of pieces.
ssize_t live_stream::write(int fd, buffers data, std::size_t total) {
  constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
  if (data.size() == 1) return ::send(fd, data[0].data(), total, flags);
  std::array<char, 2048> together;
  if (total <= together.size()) {
    char* end = together.data();
    for (const const_buffer& b : data) {
      if (b.size() > 0) std::memcpy(end, b.data(), b.size());
      end += b.size();
    }
    return ::send(fd, together.data(), total, flags);
  }
  std::array<iovec, 16> vectors;
  MESHGAUGE_ASSERT(data.size() <= vectors.size());
  msghdr message{};
  message.msg_iov = vectors.data();
  for (const const_buffer& b : data) {
    if (b.size() > 0) vectors[message.msg_iovlen++] = {const_cast<void*>(b.data()), b.size()};
  }
  return ::sendmsg(fd, &message, flags);
}

bool live_stream::start_send(buffers data, op& o, error_code& ec) {
  if (send_error_) {
    ec = send_error_;
    return true;
  }
  if (fin_sent_) {
    ec = broken_pipe();
    return true;
  }
  std::size_t total = 0;
  for (const const_buffer& b : data) total += b.size();
  if (total == 0) return true;
  ++world_.system_calls_;
  ssize_t n = write(fd_, data, total);
  if (n < 0 && errno != EAGAIN && errno != EINTR) {
    ec = send_error_ = code_of(errno);
    return true;
  }
  if (n < 0) n = 0;
  if (static_cast<std::size_t>(n) == total) return true;
  backlog_.clear();
  backlog_sent_ = 0;
  auto skip = static_cast<std::size_t>(n);
  for (const auto& b : data) {
    const std::size_t k = std::min(skip, b.size());
    backlog_.append(static_cast<const char*>(b.data()) + k, b.size() - k);
    skip -= k;
  }
  o.attach(send_op_);
  if (!room_watched_) {  // most accepted sockets never get here
    room_watched_ = true;
    world_.watch_also(fd_, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, this);
  }
  return false;
}

void live_stream::write_backlog() {
  if (backlog_sent_ == backlog_.size()) return;
  ++world_.system_calls_;
  const ssize_t n =
      ::send(fd_, backlog_.data() + backlog_sent_, backlog_.size() - backlog_sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  error_code ec;
  if (n < 0) {
    ec = send_error_ = code_of(errno);
  } else {
    backlog_sent_ += static_cast<std::size_t>(n);
    if (backlog_sent_ < backlog_.size()) return progressed();
  }
  backlog_.clear();
  backlog_.shrink_to_fit();
  backlog_sent_ = 0;
  sent(ec);
}

void live_stream::close(closing how) {
  if (closed_) return;
  if (how == closing::send) {
    if (fd_ >= 0 && open_ && !fin_sent_) ::shutdown(fd_, SHUT_WR);
    fin_sent_ = true;
    return;
  }
  closed_ = true;
  shut(how == closing::reset || rx_.held() + rx_.unseen() + rx_.in_flight() > 0);
  rx_.drop();
  if (!killed()) {
    pin();
    complete_all(aborted());
    unpin();
  }
}

}  // namespace meshgauge::net::live
