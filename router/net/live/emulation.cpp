#include "router/net/live/emulation.hpp"

#include "router/net/live/live_stream.hpp"

namespace meshgauge::net::live {

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

}  // namespace meshgauge::net::live
