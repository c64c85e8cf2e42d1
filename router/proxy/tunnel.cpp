#include "router/proxy/tunnel.hpp"

#include "router/discovery/alarm.hpp"

namespace meshgauge::proxy {

using net::error_code;
using net::task;

namespace {

struct joined {
  net::host& host;
  duration idle;
  discovery::alarm ended;
  unsigned open = 2;  ///< directions
  bool over = false;  ///< nobody has said anything for too long
  bool broken = false;
};

void touch(joined& j, net::stream& a, net::stream& b) {
  const instant by = saturating_add(j.host.now(), j.idle);
  a.deadline(by);
  b.deadline(by);
}

/// One direction. Rings at its end, which is heard from the loop: nobody runs inside this frame when it goes.
task<void> carry(joined& j, net::stream& from, net::stream& to) {
  for (;;) {
    const std::string_view here = from.peek();
    error_code ec;
    if (!here.empty()) {
      const std::size_t size = here.size();
      ec = co_await to.send(net::buffer_of(here));
      from.consume(size);
    } else {
      ec = co_await from.fill();
    }
    if (ec == net::end_of_stream()) {
      to.close(net::closing::send);
      break;
    }
    if (ec) {
      (ec == net::errc::timed_out ? j.over : j.broken) = true;
      break;
    }
    touch(j, from, to);
  }
  --j.open;
  j.ended.ring();
}

}  // namespace

task<void> tunnel(net::host& h, net::stream& a, net::stream& b, duration idle) {
  joined j{.host = h, .idle = idle, .ended = discovery::alarm(h)};
  touch(j, a, b);
  net::nursery directions;
  directions.spawn(carry(j, a, b));
  directions.spawn(carry(j, b, a));
  while (j.open > 0 && !j.over && !j.broken) {
    const error_code ec = co_await j.ended.until(never);
    if (ec) j.broken = true;
  }
  directions.kill();
  const auto how = j.broken ? net::closing::reset : net::closing::graceful;
  a.close(how);
  b.close(how);
}

}  // namespace meshgauge::proxy
