#pragma once
/// A gate that many may wait at: shut, nobody passes; opened, all who wait go on in order of arrival. A frame that is
/// destroyed while it waits leaves the queue by itself.

#include "router/net/op.hpp"

namespace meshgauge::upstream {

class gate {
 public:
  class pass : public net::resume_op {
   public:
    explicit pass(gate& g) : gate_(g) {}
    ~pass() { leave(); }
    bool await_ready() {
      if (gate_.open_) return true;
      attach(slot_);
      previous_ = gate_.last_;
      (previous_ != nullptr ? previous_->next_ : gate_.first_) = this;
      gate_.last_ = this;
      listed_ = true;
      return false;
    }

   private:
    friend class gate;
    void leave() {
      if (!listed_) return;
      listed_ = false;
      (previous_ != nullptr ? previous_->next_ : gate_.first_) = next_;
      (next_ != nullptr ? next_->previous_ : gate_.last_) = previous_;
    }
    gate& gate_;
    net::op* slot_ = nullptr;
    pass* previous_ = nullptr;
    pass* next_ = nullptr;
    bool listed_ = false;
  };

  /// co_await gate.through();
  pass through() { return pass(*this); }
  bool is_open() const { return open_; }
  void shut() { open_ = false; }
  /// Must not be called from a coroutine that waits here.
  void open() {
    open_ = true;
    while (open_ && first_ != nullptr) {
      pass* p = first_;
      p->leave();
      net::complete(p->slot_, {});
    }
  }

 private:
  bool open_ = true;
  pass* first_ = nullptr;
  pass* last_ = nullptr;
};

}  // namespace meshgauge::upstream
