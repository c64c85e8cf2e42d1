#pragma once
/// Tells an operator when the registry stops answering and when it answers again, once each change.
///
/// A discovery client says when a question failed; that one was answered without news it does not say. So the end of
/// an outage is found in its counters: a question is only begun when the one before has ended, hence two more
/// questions and no more failures mean that one was answered.

#include <functional>
#include <string>

#include "router/discovery/client.hpp"

namespace meshgauge::serve {

class registry_watch final : public discovery::view_observer {
 public:
  /// \param say  gets "cannot be reached: WHY" or "answers again".
  explicit registry_watch(std::function<void(const std::string&)> say) : say_(std::move(say)) {}
  void follow(const discovery::client& c) { client_ = &c; }

  void view_changed(instant, const discovery::service&, const discovery::endpoint_set::change&) override { back(); }
  void registry_failed(instant, std::string_view why) override {
    if (client_ != nullptr) failed_question_ = client_->questions();
    if (down_) return;
    down_ = true;
    say_("cannot be reached: " + std::string(why));
  }
  /// To be called now and then.
  void look() {
    if (down_ && client_ != nullptr && client_->questions() >= failed_question_ + 2) back();
  }
  bool down() const { return down_; }

 private:
  void back() {
    if (!down_) return;
    down_ = false;
    say_("answers again");
  }

  std::function<void(const std::string&)> say_;
  const discovery::client* client_ = nullptr;
  std::uint64_t failed_question_ = 0;
  bool down_ = false;
};

}  // namespace meshgauge::serve
