#pragma once
/// The world a run takes place in, and the addresses its hosts get. Everything else about a run is the same in both.

#include <cstdint>
#include <functional>
#include <memory>

#include "router/net/host.hpp"
#include "scenarios/model/scenario.hpp"

namespace meshgauge::sim {
struct seen_event;
}

namespace meshgauge::run {

class stage {
 public:
  virtual ~stage() = default;
  virtual net::world& world() = 0;
  /// Runs until `done` holds or the world's time is `until`; \return whether it held.
  virtual bool run_until(instant until, const std::function<bool()>& done) = 0;
  /// An address that nobody has yet.
  virtual boost::asio::ip::address allocate() = 0;
  virtual bool simulated() const = 0;
  virtual void observe(std::function<void(const sim::seen_event&)>) {}
  /// Rolling hash of every event, and how many there were; zero in the live world, which promises nothing.
  virtual std::uint64_t digest() const { return 0; }
  virtual std::uint64_t events() const { return 0; }
};

/// \param emulate_network  live: hold bytes back as the scenario's network says.
/// Throws system_error when the live world cannot be had.
std::unique_ptr<stage> make_stage(scenarios::engine engine, std::uint64_t seed, bool emulate_network);

}  // namespace meshgauge::run
