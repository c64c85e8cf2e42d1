#include "router/net/stream.hpp"

#include "router/net/host.hpp"

namespace meshgauge::net {

stream::stream(host& owner, event_key identity) : host_(&owner), timer_(*this), identity_(identity) {
  next_ = owner.streams_;
  (next_ != nullptr ? next_->previous_ : owner.last_stream_) = this;
  owner.streams_ = this;
  ++owner.stream_count_;
}

stream::~stream() {
  leave_host();
}

void stream::leave_host() {
  if (host_ == nullptr) return;
  if (timer_.armed()) host_->world().disarm(timer_);
  (previous_ != nullptr ? previous_->next_ : host_->streams_) = next_;
  (next_ != nullptr ? next_->previous_ : host_->last_stream_) = previous_;
  --host_->stream_count_;
  previous_ = next_ = nullptr;
  host_ = nullptr;
}

bool stream::killed() const {
  return host_ == nullptr || host_->killing();
}

void stream::release() {
  MESHGAUGE_ASSERT(!released_);
  pin();
  if (!closed_) close(killed() ? closing::reset : closing::graceful);
  // Nobody completes anything here any more; an op may outlive the stream.
  if (fill_op_ != nullptr) fill_op_->detach();
  if (send_op_ != nullptr) send_op_->detach();
  leave_host();
  released_ = true;
  unpin();
}

bool stream::paused() const {
  return host_ != nullptr && host_->paused();
}

bool stream::too_late() const {
  return deadline_ != never && host_->now() >= deadline_;
}

bool stream::begin_fill(op& o, error_code& ec) {
  if (rx_.held() >= limit_) {
    ec = errc::receive_limit;
    return true;
  }
  if (rx_.unseen() > 0) {
    rx_.see(limit_);
    if (announce_taken_) taken();
    return true;
  }
  if (closed_ || host_ == nullptr || host_->stopping()) {
    ec = aborted();
    return true;
  }
  if (read_ended_) {
    ec = read_error_;
    return true;
  }
  if (too_late()) {
    ec = errc::timed_out;
    return true;
  }
  return start_fill(o, ec);
}

bool stream::watch(op& o) {
  error_code ec;
  if (rx_.unseen() > 0 || read_ended_ || closed_) return true;
  return begin_fill(o, ec);
}

bool stream::begin_send(buffers data, op& o, error_code& ec) {
  if (closed_ || host_ == nullptr || host_->stopping()) {
    ec = aborted();
    return true;
  }
  if (!open_) {
    ec = open_error_ ? open_error_ : boost::asio::error::not_connected;
    return true;
  }
  if (too_late()) {
    ec = errc::timed_out;
    return true;
  }
  return start_send(data, o, ec);
}

bool stream::begin_open(op& o, error_code& ec) {
  if (open_ || open_error_) {
    ec = open_error_;
    return true;
  }
  if (closed_ || host_ == nullptr || host_->stopping()) {
    ec = aborted();
    return true;
  }
  if (too_late()) {
    ec = errc::timed_out;
    return true;
  }
  o.attach(send_op_);
  return false;
}

void stream::arrived() {
  if (fill_op_ == nullptr || rx_.unseen() == 0 || paused()) return;
  rx_.see(limit_);
  if (announce_taken_) taken();
  complete(fill_op_, {});
}

void stream::read_ends(error_code ec) {
  if (read_ended_) return;
  read_ended_ = true;
  read_error_ = ec;
  if (rx_.unseen() == 0 && !paused()) complete(fill_op_, ec);
}

void stream::open_ends(error_code ec) {
  open_ = !ec;
  open_error_ = ec;
  sent(ec);
}

void stream::progressed() {
  if (patience_ > duration::zero() && host_ != nullptr) deadline(saturating_add(host_->now(), patience_));
}

void stream::sent(error_code ec) {
  if (paused()) {
    sent_unsaid_ = send_op_ != nullptr;
    sent_result_ = ec;
    return;
  }
  complete(send_op_, ec);
}

void stream::look_again() {
  identity_.at = host_->now();
  host_->world().arm(timer_, identity_);
}

void stream::settle() {
  if (sent_unsaid_) {
    sent_unsaid_ = false;
    complete(send_op_, sent_result_);
  }
  if (host_ == nullptr || fill_op_ == nullptr) return;
  if (rx_.unseen() > 0) {
    arrived();
  } else if (read_ended_) {
    complete(fill_op_, read_error_);
  }
}

void stream::complete_all(error_code ec) {
  complete(fill_op_, ec);
  complete(send_op_, ec);
}

void stream::deadline(instant at) {
  deadline_ = at;
  if (at == never || host_ == nullptr) return;
  if (!timer_.armed() || at < timer_.due()) {
    identity_.at = at;
    host_->world().arm(timer_, identity_);
  }
}

void stream::on_timer(timer_node& node) {
  stream& s = static_cast<deadline_timer&>(node).owner;
  if (s.paused()) return;  // resume() looks again
  s.pin();
  s.settle();
  if (s.host_ != nullptr) s.check_deadline();
  s.unpin();
}

void stream::check_deadline() {
  stream& s = *this;
  if (s.deadline_ == never) return;
  if (s.host_->now() < s.deadline_) {
    s.identity_.at = s.deadline_;
    s.host_->world().arm(s.timer_, s.identity_);
    return;
  }
  s.complete_all(errc::timed_out);
}

}  // namespace meshgauge::net
