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

namespace meshgauge::net::live {
namespace {

constexpr std::size_t read_most = 256 * 1024;  ///< the largest block of the pool

error_code code_of(int error) {
  return {error, boost::system::system_category()};
}

}  // namespace

socklen_t to_native(const endpoint& e, sockaddr_storage& out) {
  out = {};
  if (e.address.is_v6()) {
    auto& a = reinterpret_cast<sockaddr_in6&>(out);
    a.sin6_family = AF_INET6;
    a.sin6_port = htons(e.port);
    const auto bytes = e.address.to_v6().to_bytes();
    std::memcpy(&a.sin6_addr, bytes.data(), bytes.size());
    return sizeof a;
  }
  auto& a = reinterpret_cast<sockaddr_in&>(out);
  a.sin_family = AF_INET;
  a.sin_port = htons(e.port);
  a.sin_addr.s_addr = htonl(e.address.to_v4().to_uint());
  return sizeof a;
}

endpoint from_native(const sockaddr_storage& in) {
  if (in.ss_family == AF_INET6) {
    const auto& a = reinterpret_cast<const sockaddr_in6&>(in);
    boost::asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &a.sin6_addr, bytes.size());
    return {boost::asio::ip::address_v6(bytes), ntohs(a.sin6_port)};
  }
  const auto& a = reinterpret_cast<const sockaddr_in&>(in);
  return {boost::asio::ip::address_v4(ntohl(a.sin_addr.s_addr)), ntohs(a.sin_port)};
}

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
  if (readable_ && fd_ >= 0 && !closed_) {
    if (emulation_) {
      pump();
    } else if (fill_op_ != nullptr && read_some()) {
      arrived();
    }
  }
  if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0 && fd_ >= 0 && !closed_) write_backlog();
  unpin();
}

bool live_stream::read_some() {
  if (!readable_ || read_ended_) return false;
  char* place = rx_.prepare(std::clamp<std::size_t>(expected_, appetite_, read_most));
  const std::size_t room = rx_.room();
  ++world_.system_calls_;
  const ssize_t n = ::recv(fd_, place, room, MSG_DONTWAIT);
  if (n > 0) {
    if (static_cast<std::size_t>(n) < room && !hung_up_) readable_ = false;
    expected_ -= std::min(expected_, static_cast<std::size_t>(n));
    learn(static_cast<std::size_t>(n), room);
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

bool live_stream::start_send(buffers data, op& o, error_code& ec) {
  if (send_error_) {
    ec = send_error_;
    return true;
  }
  if (fin_sent_) {
    ec = broken_pipe();
    return true;
  }
  std::array<iovec, 16> vectors;
  MESHGAUGE_ASSERT(data.size() <= vectors.size());
  std::size_t total = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    vectors[i] = {const_cast<void*>(data[i].data()), data[i].size()};
    total += data[i].size();
  }
  if (total == 0) return true;
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = data.size();
  ++world_.system_calls_;
  ssize_t n = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
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
    if (backlog_sent_ < backlog_.size()) return;
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

// ------------------------------------------------------------------------------------------------- network emulation

void live_stream::emulate(std::string peer) {
  emulation_ = std::make_unique<emulation>();
  emulation_->peer = std::move(peer);
  held_ = std::make_unique<held_timer>(*this);
  announce_taken_ = true;
  world_.emulated_.push_back(this);
  look_at_link();
}

void live_stream::look_at_link() {
  if (!emulation_ || host_ == nullptr) return;
  emulation& e = *emulation_;
  if (e.version == world_.conditions_.version()) return;
  e.version = world_.conditions_.version();
  const link in = world_.conditions_.between(e.peer, host_->name());
  const link out = world_.conditions_.between(host_->name(), e.peer);
  rng draws = world_.random().derive(identity_hash_).derive("link");
  e.latency = in.latency.sample(draws) + in.extra.sample(draws);
  e.round_trip = e.latency + out.latency.sample(draws) + out.extra.sample(draws);
  e.jitter = in.jitter;
  const bool was_blocked = e.blocked;
  e.blocked = in.blocked || (!open_ && out.blocked);
  if (!was_blocked || e.blocked) return;
  instant due = world_.now();
  for (emulation::item& i : e.items) i.due = std::max(i.due, due + e.latency);
  if (std::exchange(e.connect_held, false)) return start_connect();
  arm_held();
}

void live_stream::pump() {
  while (readable_ && !read_ended_ && rx_.in_flight() + rx_.unseen() < window && read_some()) {
  }
}

void live_stream::taken() {
  if (readable_ && fd_ >= 0 && !closed_) pump();
}

void live_stream::hold(std::size_t bytes, error_code end) {
  emulation& e = *emulation_;
  instant due = world_.now() + e.latency;
  if (e.jitter > duration::zero()) {
    const rng draws = world_.random().derive(identity_hash_).derive("jitter");
    due += duration(static_cast<std::int64_t>(draws.at(static_cast<std::uint64_t>(due.time_since_epoch().count())) %
                                              static_cast<std::uint64_t>(e.jitter.count() + 1)));
  }
  e.last = std::max(e.last, due);
  e.items.push_back({e.last, bytes, end});
  arm_held();
}

void live_stream::arm_held() {
  emulation& e = *emulation_;
  if (e.blocked || held_->armed()) return;
  if (e.open_due) {
    world_.arm(*held_, {e.last, identity_hash_, 0});
  } else if (!e.items.empty()) {
    world_.arm(*held_, {e.items.front().due, identity_hash_, 0});
  }
}

void live_stream::on_held(timer_node& node) {
  static_cast<held_timer&>(node).owner.show_due();
}

void live_stream::show_due() {
  pin();
  if (emulation_ && emulation_->open_due && !emulation_->blocked) {
    emulation_->open_due = false;
    const error_code ec = emulation_->open_result;
    if (ec) shut(false);
    open_ends(ec);
  }
  while (emulation_ && !emulation_->blocked && !emulation_->items.empty() &&
         emulation_->items.front().due <= world_.now()) {
    const emulation::item i = emulation_->items.front();
    emulation_->items.pop_front();
    if (i.bytes > 0) {
      rx_.arrive(i.bytes);
      arrived();
    } else {
      read_ends(i.end);
    }
  }
  if (emulation_) arm_held();
  unpin();
}

// ------------------------------------------------------------------------------------------------- listening

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
  if (on) {  // the kernel refuses only where nobody listens
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
