#include "router/net/host.hpp"

namespace meshgauge::net {

host::host(net::world& w, std::string name) : world_(w), name_(std::move(name)), id_(hash_name(name_)) {}

host::~host() {
  kill();
  MESHGAUGE_ASSERT(streams_ == nullptr && listeners_ == nullptr && sleepers_ == nullptr);
}

void host::stop() {
  stopping_ = true;
  while (sleepers_ != nullptr) {
    sleep_awaiter* s = sleepers_;
    s->leave();
    complete(s->slot_, aborted());
  }
  for (listener* l = listeners_; l != nullptr;) {
    if (l->accept_op_ == nullptr) {
      l = l->next_;
      continue;
    }
    l->accept_op_->complete(aborted());
    l = listeners_;  // the list may have changed
  }
  for (stream* s = last_stream_; s != nullptr;) {
    if (s->fill_op_ == nullptr && s->send_op_ == nullptr) {
      s = s->previous_;
      continue;
    }
    s->pin();
    s->complete_all(aborted());
    s->unpin();
    s = last_stream_;
  }
}

void host::resume() {
  if (!paused_) return;
  paused_ = false;
  // Each gets its turn from the loop, in the order of its own place.
  for (sleep_awaiter* s = sleepers_; s != nullptr; s = s->next_) {
    if (!s->armed()) world_.arm(*s, next_key(now()));
  }
  for_each_stream([](stream& s) { s.look_again(); });
  for (listener* l = listeners_; l != nullptr; l = l->next_) l->look_again();
}

void host::refuse_connections(bool refuse) {
  if (refusing_ == refuse) return;
  refusing_ = refuse;
  for (listener* l = listeners_; l != nullptr; l = l->next_) {
    if (!l->closed()) l->refuse(refuse);
  }
}

void host::kill() {
  paused_ = refusing_ = false;
  killing_ = true;
  for (listener* l = listeners_; l != nullptr; l = l->next_) l->close();
  nursery_.kill();
  while (streams_ != nullptr) {  // held by objects outside the coroutines; they may let go later
    stream* s = last_stream_;
    s->close(closing::reset);
    s->leave_host();
  }
  killing_ = false;
  stopping_ = true;
}

void host::revive() {
  MESHGAUGE_ASSERT(nursery_.count() == 0);
  stopping_ = false;
}

host::sleep_awaiter::sleep_awaiter(host& h, instant at)
    : timer_node(&sleep_awaiter::fired), host_(h), at_(at < h.now() ? h.now() : at) {}

host::sleep_awaiter::~sleep_awaiter() {
  leave();
}

bool host::sleep_awaiter::await_ready() {
  if (host_.stopping_) {
    result_ = aborted();
    return true;
  }
  attach(slot_);
  next_ = host_.sleepers_;
  if (next_ != nullptr) next_->previous_ = this;
  host_.sleepers_ = this;
  host_.world_.arm(*this, host_.next_key(at_));
  return false;
}

void host::sleep_awaiter::leave() {
  if (previous_ == nullptr && host_.sleepers_ != this) return;
  (previous_ != nullptr ? previous_->next_ : host_.sleepers_) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  previous_ = next_ = nullptr;
  host_.world_.disarm(*this);
}

void host::sleep_awaiter::fired(timer_node& node) {
  auto& me = static_cast<sleep_awaiter&>(node);
  if (me.host_.paused_) return;  // resume() arms it again
  me.leave();
  net::complete(me.slot_, {});
}

}  // namespace meshgauge::net
