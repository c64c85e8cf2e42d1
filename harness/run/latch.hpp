#pragma once
/// Something that happens once, and who waits for it: the start and the end of an event of the timeline.

#include "router/net/op.hpp"

namespace meshgauge::run {

class latch {
 public:
  class awaiter : public net::resume_op {
   public:
    explicit awaiter(latch& l) : latch_(l) {}
    ~awaiter() { leave(); }
    bool await_ready() {
      if (latch_.set_) return true;
      attach(slot_);
      previous_ = latch_.last_;
      (previous_ != nullptr ? previous_->next_ : latch_.first_) = this;
      latch_.last_ = this;
      listed_ = true;
      return false;
    }

   private:
    friend class latch;
    void leave() {
      if (!listed_) return;
      listed_ = false;
      (previous_ != nullptr ? previous_->next_ : latch_.first_) = next_;
      (next_ != nullptr ? next_->previous_ : latch_.last_) = previous_;
    }
    latch& latch_;
    net::op* slot_ = nullptr;
    awaiter* previous_ = nullptr;
    awaiter* next_ = nullptr;
    bool listed_ = false;
  };

  bool is_set() const { return set_; }
  awaiter wait() { return awaiter(*this); }
  /// Whoever waits goes on now, in order of arrival.
  void set() {
    set_ = true;
    while (first_ != nullptr) {
      awaiter* a = first_;
      a->leave();
      net::complete(a->slot_, {});
    }
  }

 private:
  bool set_ = false;
  awaiter* first_ = nullptr;
  awaiter* last_ = nullptr;
};

}  // namespace meshgauge::run
