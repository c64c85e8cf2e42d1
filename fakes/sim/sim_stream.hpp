#pragma once
/// The two ends of a simulated connection.
///
/// A send copies its bytes straight into the peer's receive buffer, behind what has arrived; one event later they are
/// visible. Order within a direction is kept; FIN and RST queue behind the bytes. What is sent while the link is
/// blocked waits and leaves when it heals, as TCP's retransmission would have it.

#include <optional>
#include <string>

#include "router/net/host.hpp"

namespace meshgauge::sim {

class sim_world;
struct connection;

enum class packet : std::uintptr_t { data = 0, fin = 1, rst = 2, syn = 3, syn_answer = 4, window = 5 };

class sim_stream final : public net::stream {
 public:
  sim_stream(connection& c, net::host& owner, bool opener, std::uint64_t identity);

  void close(net::closing how) override;

 private:
  friend class sim_world;
  friend struct connection;

  bool start_fill(net::op& o, net::error_code& ec) override;
  bool start_send(net::buffers data, net::op& o, net::error_code& ec) override;
  void taken() override;
  void dispose() override;

  sim_stream& peer();
  bool has_peer() const;
  /// When something of `bytes` sent now arrives, and notes it.
  instant arrival(std::size_t bytes);
  void look_at_link();
  /// Sends, or holds while the link is blocked.
  void transmit(packet kind, std::uint32_t argument);
  /// The link may be open again.
  void retry_held();
  void push_backlog();
  void reset_peer();
  std::size_t peer_room();

  // An event of the other end has arrived here.
  void receive(packet kind, std::uint32_t argument);

  connection& connection_;
  std::uint64_t actor_;
  std::uint32_t count_ = 0;
  bool opener_;
  bool fin_sent_ = false;
  bool dead_ = false;  ///< a reset was sent or received: nothing goes out any more
  bool blocked_ = false;
  std::uint64_t version_ = 0;
  duration latency_{};
  duration jitter_{};
  double bandwidth_ = 0;
  instant last_arrival_{};
  net::error_code send_error_;
  // What follows is for links that are slow or blocked, and for connecting.
  instant line_free_{};
  bool held_fin_ = false, held_rst_ = false, held_syn_ = false, held_answer_ = false, listed_ = false;
  std::uint32_t held_argument_ = 0;
  std::uint32_t held_bytes_ = 0;
  std::uint32_t backlog_sent_ = 0;
  std::string backlog_;
  std::string_view own_name_, peer_name_;  ///< the world keeps the names: a stream may outlive its host
};

struct connection {
  sim_world& world;
  sim_stream client;
  std::optional<sim_stream> server;

  connection(sim_world& w, net::host& from, std::uint64_t identity);
  static void* operator new(std::size_t size) { return net::block_pool::take(size); }
  static void operator delete(void* p, std::size_t size) { net::block_pool::give(p, size); }
  void free_if_done();
};

}  // namespace meshgauge::sim
