#pragma once
/// Instances that are always there and answer at once, in a world on a thread of its own: what keeps a router busy
/// must not keep busy whoever measures it.

#include <atomic>
#include <thread>
#include <vector>

#include "router/net/endpoint.hpp"

namespace meshgauge::net::live {
class live_world;
}

namespace meshgauge::soak {

class crowd {
 public:
  /// \param big  bytes that are answered to a target that has "big" in it.
  explicit crowd(unsigned instances, std::size_t big = 0);
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;
  ~crowd();
  const std::vector<net::endpoint>& at() const { return at_; }

 private:
  std::vector<net::endpoint> at_;
  std::atomic<bool> ending_{false};
  net::live::live_world* world_ = nullptr;
  std::thread thread_;
};

}  // namespace meshgauge::soak
