#include "harness/soak/crowd.hpp"

#include <fmt/format.h>

#include <future>

#include "router/http/server.hpp"
#include "router/net/live/live_world.hpp"

namespace meshgauge::soak {
namespace {

using net::error_code;
using net::task;

constexpr std::size_t piece = 64 * 1024;

task<bool> send_big(net::stream& s, std::size_t bytes) {
  std::string text = fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes);
  error_code ec = co_await s.send(net::buffer_of(text));
  text.assign(piece, 'x');
  for (std::size_t sent = 0; !ec && sent < bytes;) {
    const std::size_t n = std::min(piece, bytes - sent);
    ec = co_await s.send(net::buffer_of(std::string_view(text).substr(0, n)));
    sent += n;
  }
  co_return !ec;
}

task<void> serve(net::host& h, net::stream_ptr s, std::size_t big) {
  http::server_connection c(h, std::move(s));
  http::request r;
  for (;;) {
    const bool more = co_await c.next(r);
    if (!more) co_return;
    if (big > 0 && r.target.find("big") != std::string::npos) {
      const bool sent = co_await send_big(c.stream(), big);
      if (!sent) co_return;
      continue;
    }
    const http::answer a{.body = "yes\n"};
    const bool open = co_await c.reply(r, a);
    if (!open) co_return;
  }
}

}  // namespace

crowd::crowd(unsigned instances, std::size_t big) {
  std::promise<std::vector<net::endpoint>> where;
  auto known = where.get_future();
  thread_ = std::thread([this, instances, big, &where] {
    net::live::live_world world({});
    world_ = &world;
    net::host host(world, "crowd");
    std::vector<net::listener_ptr> doors;
    std::vector<net::endpoint> at;
    for (unsigned i = 0; i < instances; ++i) {
      auto door = host.listen({boost::asio::ip::address_v4::loopback(), 0});
      MESHGAUGE_ASSERT(door.has_value());
      doors.push_back(std::move(*door));
      at.push_back(doors.back()->local());
      host.spawn(http::accept_all(host, *doors.back(),
                                  [&host, big](net::stream_ptr s) { return serve(host, std::move(s), big); }));
    }
    where.set_value(at);
    world.run_until(never, [this] { return ending_.load(); });
    host.kill();
    world.run_for(duration::zero());
  });
  at_ = known.get();
}

crowd::~crowd() {
  ending_ = true;
  world_->wake();
  thread_.join();
}

}  // namespace meshgauge::soak
