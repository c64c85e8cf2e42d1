#include "router/net/listener.hpp"

#include "router/net/host.hpp"

namespace meshgauge::net {

listener::listener(host& owner) : host_(&owner) {
  next_ = owner.listeners_;
  if (next_ != nullptr) next_->previous_ = this;
  owner.listeners_ = this;
}

listener::~listener() {
  (previous_ != nullptr ? previous_->next_ : host_->listeners_) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
}

void listener::deliver(stream_ptr s) {
  waiting_.push_back(std::move(s));
  if (!host_->paused()) complete(accept_op_, {});
}

void listener::look_again() {
  host_->world().arm(wake_, host_->next_key(host_->now()));
}

void listener::woken(timer_node& node) {
  listener& l = static_cast<wake_timer&>(node).owner;
  if (!l.waiting_.empty() && !l.host_->paused()) complete(l.accept_op_, {});
}

void listener::mark_closed() {
  closed_ = true;
  while (!waiting_.empty()) {
    waiting_.front()->close(closing::reset);
    waiting_.pop_front();
  }
  if (!host_->killing()) complete(accept_op_, errc::listener_closed);
}

bool listener::accept_awaiter::await_ready() {
  if (!listener_.waiting_.empty()) return true;
  if (listener_.closed_) {
    result_ = errc::listener_closed;
    return true;
  }
  if (listener_.host_->stopping()) {
    result_ = aborted();
    return true;
  }
  attach(listener_.accept_op_);
  return false;
}

result<stream_ptr> listener::accept_awaiter::await_resume() {
  if (result_) return result_;
  MESHGAUGE_ASSERT(!listener_.waiting_.empty());
  stream_ptr s = std::move(listener_.waiting_.front());
  listener_.waiting_.pop_front();
  return s;
}

}  // namespace meshgauge::net
