#pragma once
/// The instances of a churning service, and the fate that befalls one of them every second: a new one, one that leaves,
/// one that drains, one that is killed, one that comes back.

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "harness/soak/instance.hpp"
#include "router/core/rng.hpp"
#include "router/net/live/live_world.hpp"

namespace meshgauge::soak {

class fleet {
 public:
  static constexpr std::size_t least = 3, first = 8, most = 12;

  fleet(net::live::live_world& w, const net::endpoint& registry, ledger& book);

  /// Runs the world until requests to the router reach the fleet; false after 10 s.
  bool warm_up(net::host& client, const net::endpoint& router);
  void begin_churn(net::host& fate);
  void end_churn() { over_ = true; }
  /// All of them are killed.
  void end();

  /// Those that are there and registered, or about to be.
  std::size_t up() const;
  std::string story() const;

 private:
  enum act : std::uint8_t { join, deregister, stop, kill, restart, acts };

  net::task<void> churn(net::host& fate);
  void play(act a, rng& random);
  instance* one(instance::state s, rng& random);
  void add();
  static net::task<void> ask_until_answered(net::host& h, net::endpoint router, bool& answered);

  net::live::live_world& world_;
  net::endpoint registry_;
  ledger& book_;
  std::vector<std::unique_ptr<instance>> members_;
  std::array<unsigned, acts> played_{};
  bool over_ = false;
};

}  // namespace meshgauge::soak
