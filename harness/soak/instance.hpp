#pragma once
/// An instance of the churning fleet: registers itself over HTTP, beats, answers with the number it was asked for, and
/// writes down what it got. It can leave the four ways in which real ones leave.

#include <memory>
#include <string>

#include "harness/soak/ledger.hpp"
#include "router/http/client.hpp"
#include "router/http/server.hpp"

namespace meshgauge::soak {

class instance {
 public:
  enum class state : std::uint8_t { up, leaving, gone };

  /// Begins to listen at once. \param witness  outlives it.
  instance(net::world& w, std::string id, const net::endpoint& registry, ledger& witness);

  state now() const { return state_; }
  const std::string& id() const { return id_; }
  std::uint64_t requests() const { return requests_; }

  /// Out of the registry, half a second later gone. \param drain  tells its clients to close, meanwhile.
  void leave(bool drain);
  /// Connections are reset, nobody is told, the lease lapses. Not from one of its own coroutines.
  void kill();
  /// Killed, or gone: it listens again (at the same port if it can) and registers under the same name.
  void restart();
  /// After the end of the soak.
  void end();

 private:
  void begin();
  net::task<void> stay_registered();
  net::task<void> go(bool drain);
  net::task<void> serve(net::stream_ptr s);

  std::string id_;
  net::endpoint registry_;
  ledger& witness_;
  net::host host_;
  net::listener_ptr door_;
  net::endpoint at_{boost::asio::ip::address_v4::loopback(), 0};
  state state_ = state::gone;
  bool draining_ = false;
  std::uint64_t requests_ = 0;
};

}  // namespace meshgauge::soak
