#include "fakes/sim/sim_stream.hpp"

#include <algorithm>

#include "fakes/sim/sim_world.hpp"

namespace meshgauge::sim {

using net::closing;
using net::error_code;

connection::connection(sim_world& w, net::host& from, std::uint64_t identity)
    : world(w), client(*this, from, true, identity) {
  ++world.connections_;
}

void connection::free_if_done() {
  const auto done = [](const sim_stream& s) { return s.released() && !s.pinned(); };
  if (!done(client) || (server && !done(*server))) return;
  --world.connections_;
  delete this;
}

sim_stream::sim_stream(connection& c, net::host& owner, bool opener, std::uint64_t identity)
    : stream(owner, net::event_key{{}, identity, 0xffffffffU}), connection_(c), actor_(identity), opener_(opener) {}

sim_stream& sim_stream::peer() {
  return opener_ ? *connection_.server : connection_.client;
}
bool sim_stream::has_peer() const {
  return !opener_ || connection_.server.has_value();
}

void sim_stream::dispose() {
  connection_.free_if_done();
}

void sim_stream::look_at_link() {
  net::conditions& rules = connection_.world.conditions();
  if (version_ == rules.version()) return;
  version_ = rules.version();
  const net::link l = rules.plain() ? rules.everywhere() : rules.between(own_name_, peer_name_);
  rng draws = connection_.world.random().derive(actor_).derive("link");
  latency_ = l.latency.sample(draws) + l.extra.sample(draws);
  jitter_ = l.jitter;
  bandwidth_ = l.bandwidth;
  blocked_ = l.blocked;
}

instant sim_stream::arrival(std::size_t bytes) {
  const instant now = connection_.world.now();
  instant at = now;
  if (bandwidth_ > 0) {
    line_free_ =
        std::max(line_free_, now) + duration(static_cast<std::int64_t>(1e9 * static_cast<double>(bytes) / bandwidth_));
    at = line_free_;
  }
  at += latency_;
  if (jitter_ > duration::zero()) {
    const rng draws = connection_.world.random().derive(actor_).derive("jitter");
    at += duration(static_cast<std::int64_t>(draws.at(count_) % static_cast<std::uint64_t>(jitter_.count() + 1)));
  }
  last_arrival_ = std::max(at, last_arrival_);
  return last_arrival_;
}

void sim_stream::transmit(packet kind, std::uint32_t argument) {
  if (version_ != connection_.world.conditions().version()) look_at_link();
  if (blocked_) {
    switch (kind) {
      case packet::data:
        held_bytes_ += argument;
        break;
      case packet::fin:
        held_fin_ = true;
        break;
      case packet::rst:
        held_rst_ = true;
        break;
      case packet::syn:
        held_syn_ = true;
        break;
      case packet::syn_answer:
        held_answer_ = true;
        held_argument_ = argument;
        break;
      case packet::window:
        break;  // the next data packet's acknowledgement; see retry_held
    }
    connection_.world.hold(*this);
    return;
  }
  // A SYN is looked up where it arrives; until then only the opener exists.
  sim_stream& target = kind == packet::syn ? *this : peer();
  connection_.world.schedule(arrival(argument), actor_, count_++, kind, target, argument);
}

void sim_stream::retry_held() {
  look_at_link();
  if (blocked_) {
    connection_.world.hold(*this);
    return;
  }
  if (std::exchange(held_syn_, false)) transmit(packet::syn, 0);
  if (std::exchange(held_answer_, false)) transmit(packet::syn_answer, held_argument_);
  if (const std::uint32_t bytes = std::exchange(held_bytes_, 0)) transmit(packet::data, bytes);
  if (std::exchange(held_fin_, false)) transmit(packet::fin, 0);
  if (std::exchange(held_rst_, false)) transmit(packet::rst, 0);
  if (has_peer() && !dead_) transmit(packet::window, 0);
}

bool sim_stream::start_fill(net::op& o, error_code&) {
  o.attach(fill_op_);
  return false;
}

std::size_t sim_stream::peer_room() {
  const auto& rx = peer().rx_;
  const std::size_t used = rx.unseen() + rx.in_flight();
  return used < sim_world::window ? sim_world::window - used : 0;
}

bool sim_stream::start_send(net::buffers data, net::op& o, error_code& ec) {
  if (send_error_) {
    ec = send_error_;
    return true;
  }
  if (fin_sent_) {
    ec = net::broken_pipe();
    return true;
  }
  std::size_t total = 0;
  for (const auto& b : data) total += b.size();
  if (total == 0) return true;
  sim_stream& to = peer();
  if (to.closed_ || to.dead_) {  // nobody will read it: the answer is a reset
    transmit(packet::data, static_cast<std::uint32_t>(std::min(total, sim_world::window)));
    return true;
  }
  std::size_t room = std::min(total, peer_room());
  const auto sent = static_cast<std::uint32_t>(room);
  if (sent > 0) {
    char* place = to.rx_.prepare(sent);
    for (const auto& b : data) {
      const std::size_t n = std::min(room, b.size());
      std::memcpy(place, b.data(), n);
      place += n;
      room -= n;
      if (room == 0) break;
    }
    to.rx_.commit_in_flight(sent);
    transmit(packet::data, sent);
  }
  if (sent == total) return true;
  backlog_.clear();
  backlog_sent_ = 0;
  std::size_t skip = sent;
  for (const auto& b : data) {
    const std::size_t n = std::min(skip, b.size());
    backlog_.append(static_cast<const char*>(b.data()) + n, b.size() - n);
    skip -= n;
  }
  to.announce_taken_ = true;
  o.attach(send_op_);
  return false;
}

void sim_stream::push_backlog() {
  if (backlog_sent_ == backlog_.size() || dead_ || closed_) return;
  sim_stream& to = peer();
  if (to.closed_ || to.dead_) return;  // a reset is on its way
  const std::size_t n = std::min(backlog_.size() - backlog_sent_, peer_room());
  if (n > 0) {
    std::memcpy(to.rx_.prepare(n), backlog_.data() + backlog_sent_, n);
    to.rx_.commit_in_flight(n);
    backlog_sent_ += static_cast<std::uint32_t>(n);
    transmit(packet::data, static_cast<std::uint32_t>(n));
  }
  if (backlog_sent_ < backlog_.size()) {
    to.announce_taken_ = true;
    if (n > 0) progressed();
    return;
  }
  backlog_.clear();
  backlog_.shrink_to_fit();
  backlog_sent_ = 0;
  sent({});
}

void sim_stream::taken() {
  announce_taken_ = false;
  if (!dead_ && has_peer()) transmit(packet::window, 0);
}

void sim_stream::reset_peer() {
  if (dead_) return;
  dead_ = true;
  if (has_peer()) transmit(packet::rst, 0);
}

void sim_stream::close(closing how) {
  if (closed_) return;
  if (how == closing::send) {
    if (open_ && !fin_sent_ && !dead_) {
      fin_sent_ = true;
      transmit(packet::fin, 0);
    }
    return;
  }
  closed_ = true;
  if (held_syn_) {  // never left
    held_syn_ = false;
    connection_.world.forget(*this);
  }
  if (open_) {
    if (how == closing::reset || rx_.held() + rx_.unseen() > 0) {
      reset_peer();
    } else if (!fin_sent_ && !dead_) {
      fin_sent_ = true;
      transmit(packet::fin, 0);
    }
  }
  rx_.drop();
  if (!killed()) {
    pin();
    complete_all(net::aborted());
    unpin();
  }
}

void sim_stream::receive(packet kind, std::uint32_t argument) {
  if (dead_) return;
  switch (kind) {
    case packet::data:
      if (closed_) return reset_peer();
      rx_.arrive(argument);
      return arrived();
    case packet::fin:
      return read_ends(net::end_of_stream());
    case packet::rst:
      dead_ = true;
      if (closed_) return;
      send_error_ = read_ended_ ? net::broken_pipe() : net::reset();
      read_ends(net::reset());
      return sent(send_error_);
    case packet::window:
      return push_backlog();
    case packet::syn_answer:
      if (closed_) return argument == 0 ? reset_peer() : void();
      return open_ends(argument == 0 ? error_code{} : net::refused());
    case packet::syn:
      return;  // the world's business
  }
}

}  // namespace meshgauge::sim
