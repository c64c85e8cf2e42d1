#include "harness/run/stage.hpp"

#include <unistd.h>

#include "fakes/sim/sim_world.hpp"
#include "router/net/live/live_world.hpp"

namespace meshgauge::run {
namespace {

class sim_stage final : public stage {
 public:
  explicit sim_stage(std::uint64_t seed) : world_(seed) {}
  net::world& world() override { return world_; }
  bool run_until(instant until, const std::function<bool()>& done) override { return world_.run_until(until, done); }
  boost::asio::ip::address allocate() override { return boost::asio::ip::address_v4(0x0a000000U + ++last_); }
  bool simulated() const override { return true; }
  void observe(std::function<void(const sim::seen_event&)> f) override { world_.observe = std::move(f); }
  std::uint64_t digest() const override { return world_.digest(); }
  std::uint64_t events() const override { return world_.events(); }

 private:
  sim::sim_world world_;
  std::uint32_t last_ = 0;
};

class live_stage final : public stage {
 public:
  live_stage(std::uint64_t seed, bool emulate) : world_({.seed = seed, .emulate_network = emulate}) {}
  net::world& world() override { return world_; }
  bool run_until(instant until, const std::function<bool()>& done) override { return world_.run_until(until, done); }
  boost::asio::ip::address allocate() override {
    // Loopback addresses that two runs at the same time do not share: the second byte comes from the process.
    const auto process = static_cast<std::uint32_t>(::getpid()) % 250U + 2U;
    return boost::asio::ip::address_v4(0x7f000000U | (process << 16) | ++last_);
  }
  bool simulated() const override { return false; }

 private:
  net::live::live_world world_;
  std::uint32_t last_ = 0;
};

}  // namespace

std::unique_ptr<stage> make_stage(scenarios::engine engine, std::uint64_t seed, bool emulate_network) {
  if (engine == scenarios::engine::sim) return std::make_unique<sim_stage>(seed);
  return std::make_unique<live_stage>(seed, emulate_network);
}

}  // namespace meshgauge::run
