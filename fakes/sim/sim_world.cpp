#include "fakes/sim/sim_world.hpp"

#include <fmt/format.h>

namespace meshgauge::sim {

class sim_world::sim_listener final : public net::listener {
 public:
  sim_listener(sim_world& w, net::host& on, const net::endpoint& at) : listener(on), world_(w) {
    local_ = at;
    if (!on.refusing()) world_.listeners_.emplace(at, this);
  }
  ~sim_listener() override { sim_listener::close(); }

  void close() override {
    if (closed_) return;
    if (const auto found = world_.listeners_.find(local_); found != world_.listeners_.end() && found->second == this) {
      world_.listeners_.erase(found);
    }
    mark_closed();
  }
  void refuse(bool on) override {
    if (on) {
      world_.listeners_.erase(local_);
    } else {
      world_.listeners_.emplace(local_, this);
    }
  }
  bool has_room() const { return waiting() < backlog; }
  net::host& owner() { return *host_; }
  void take(net::stream_ptr s) { deliver(std::move(s)); }

 private:
  sim_world& world_;
};

sim_world::sim_world(std::uint64_t seed) : world(seed) {
  conditions_.on_change = [this] { release_held(); };
}

sim_world::~sim_world() {
  // Hosts are gone by now; what is left are packets on the wire, and they pin their targets.
  while (const event* e = queue_.peek(never)) {
    const event gone = *e;
    queue_.pop();
    reinterpret_cast<sim_stream*>(gone.target & ~std::uintptr_t{7})->unpin();
  }
  for (sim_stream* s : std::exchange(held_, {})) s->unpin();
  MESHGAUGE_ASSERT(connections_ == 0);
}

net::stream_ptr sim_world::open(net::host& from, const net::endpoint& to) {
  const std::uint64_t identity = mix64(from.id() + 0x9e3779b97f4a7c15ULL * (from.next_connection() + 1ULL));
  auto* c = new connection(*this, from, identity);
  c->client.local_ = {from.address(), next_port_++};
  if (next_port_ == 0) next_port_ = 49152;
  c->client.remote_ = to;
  c->client.own_name_ = keep(from.name());
  if (const auto found = owners_.find(to); found != owners_.end()) c->client.peer_name_ = found->second;
  c->client.transmit(packet::syn, 0);
  return net::stream_ptr(&c->client);
}

net::result<net::listener_ptr> sim_world::listen(net::host& on, const net::endpoint& at) {
  net::endpoint where = at;
  if (where.port == 0) {
    where.port = 49152;
    while (listeners_.contains(where)) ++where.port;
  }
  if (listeners_.contains(where)) return net::error_code(boost::asio::error::address_in_use);
  owners_[where] = keep(on.name());
  return net::listener_ptr(std::make_unique<sim_listener>(*this, on, where));
}

void sim_world::schedule(instant at, std::uint64_t actor, std::uint32_t count, packet kind, sim_stream& target,
                         std::uint32_t argument) {
  target.pin();
  queue_.push(
      {at, actor, count, argument, reinterpret_cast<std::uintptr_t>(&target) | static_cast<std::uintptr_t>(kind)});
}

void sim_world::note(instant at, std::uint64_t actor, std::uint32_t count, std::uint32_t kind, std::uint32_t argument) {
  digest_ =
      (digest_ ^ mix64(static_cast<std::uint64_t>(at.time_since_epoch().count()) + actor)) * 0x9e3779b97f4a7c15ULL +
      ((std::uint64_t{count} << 32) | argument) + kind;
  ++events_;
  if (at != now_) {
    now_ = at;
    events_here_ = 0;
  } else if (++events_here_ > events_per_instant_max) {
    throw stuck(fmt::format("virtual time stands still at {} ns: actor {:016x} has run {} times in a row",
                            at.time_since_epoch().count(), actor, events_here_));
  }
  if (observe) [[unlikely]] {
    observe({events_, at, actor, count, argument, kind});
  }
}

void sim_world::arrive_syn(sim_stream& client) {
  if (client.closed_) return;
  connection& c = client.connection_;
  const auto found = listeners_.find(client.remote_);
  const bool there = found != listeners_.end();
  if (there && !found->second->has_room()) return;  // dropped: the connect stays unanswered
  // Even a refusal travels back: the server end exists for it, or the answer is scheduled from here.
  if (!there) {
    const net::link l =
        conditions_.plain() ? conditions_.everywhere() : conditions_.between(client.peer_name_, client.own_name_);
    if (l.blocked) return;
    const std::uint64_t actor = mix64(client.actor_ + 1);
    rng draws = random().derive(actor).derive("link");
    const duration back = l.latency.sample(draws) + l.extra.sample(draws);
    schedule(now() + back, actor, 0, packet::syn_answer, client, 1);
    return;
  }
  sim_listener& l = *found->second;
  c.server.emplace(c, l.owner(), false, mix64(client.actor_ + 1));
  sim_stream& server = *c.server;
  server.local_ = client.remote_;
  server.remote_ = client.local_;
  server.peer_name_ = client.own_name_;
  server.own_name_ = keep(l.owner().name());
  server.open_ = true;
  client.peer_name_ = server.own_name_;
  server.transmit(packet::syn_answer, 0);
  l.take(net::stream_ptr(&server));
}

void sim_world::dispatch(const event& e) {
  auto& s = *reinterpret_cast<sim_stream*>(e.target & ~std::uintptr_t{7});
  const auto kind = static_cast<packet>(e.target & 7);
  if (kind == packet::syn) {
    arrive_syn(s);
  } else {
    s.receive(kind, e.argument);
  }
  s.unpin();
}

void sim_world::prefetch() const {
  // The events that come next are known: have their streams, and the frames that wait on them, in the cache by then.
  // Each pointer is followed a few events after what holds it was asked for.
  const auto lines = [](const void* at, std::size_t bytes) {
    if (at == nullptr) return;
    for (std::size_t i = 0; i < bytes; i += 64) __builtin_prefetch(static_cast<const char*>(at) + i);
    // g++ takes a function that only prefetches for one without effect, and drops the calls.
    __asm__ volatile("");
  };
  const auto stream_of = [](const event& e) {
    return reinterpret_cast<const sim_stream*>(e.target & ~std::uintptr_t{7});
  };
  if (const event* e = queue_.upcoming(10)) lines(stream_of(*e), sizeof(sim_stream));
  if (const event* e = queue_.upcoming(6)) {
    const sim_stream& s = *stream_of(*e);
    lines(s.rx_.peek().data(), 256);
    if (s.fill_op_ != nullptr && s.fill_op_->frame() != nullptr) lines(s.fill_op_->frame(), 384);
  }
  for (std::size_t level = 1; level <= 3; ++level) {  // who awaits that frame, and who awaits that one
    const event* e = queue_.upcoming(5 - level);
    if (e == nullptr) continue;
    const sim_stream& s = *stream_of(*e);
    const void* frame = s.fill_op_ == nullptr ? nullptr : s.fill_op_->frame();
    for (std::size_t i = 0; i < level && frame != nullptr; ++i) frame = net::detail::awaiting(frame);
    if (frame != nullptr) lines(frame, 384);
  }
}

bool sim_world::step(instant until) {
  const bool timer = !timers_.empty() && timers_.top().at <= until;
  const event* next = queue_.peek(timer ? timers_.top().at : until);
  if (next != nullptr && (!timer || next->key() < timers_.top())) {
    const event e = *next;
    queue_.pop();
    prefetch();
    note(e.at, e.actor, e.count, static_cast<std::uint32_t>(e.target & 7), e.argument);
    dispatch(e);
    return true;
  }
  if (!timer) return false;
  const net::event_key& key = timers_.top();
  note(key.at < now_ ? now_ : key.at, key.actor, key.count, 8, 0);
  timers_.fire_top();
  return true;
}

void sim_world::run_until(instant until) {
  while (step(until)) {
  }
  if (until != never && now_ < until) now_ = until;
}

bool sim_world::run_until(instant until, const std::function<bool()>& done) {
  while (!done()) {
    if (!step(until)) {
      if (until != never && now_ < until) now_ = until;
      return false;
    }
  }
  return true;
}

void sim_world::hold(sim_stream& s) {
  if (s.listed_) return;
  s.listed_ = true;
  s.pin();
  held_.push_back(&s);
}

void sim_world::forget(sim_stream& s) {
  if (!s.listed_) return;
  s.listed_ = false;
  std::erase(held_, &s);
  s.unpin();
}

void sim_world::release_held() {
  for (sim_stream* s : std::exchange(held_, {})) {
    s->listed_ = false;
    s->retry_held();
    s->unpin();
  }
}

}  // namespace meshgauge::sim
