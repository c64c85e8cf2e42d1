#include "router/proxy/router.hpp"

#include "router/proxy/exchange.hpp"

namespace meshgauge::proxy {

using net::task;

router::router(net::host& h, discovery::resolver& instances, options o, discovery::observer* watcher)
    : host_(h),
      instances_(instances),
      options_(std::move(o)),
      watcher_(watcher),
      cpu_(options_.workers),
      cost_draws_(h.random("cost")),
      ids_(h.random("request-id")) {}

task<void> router::serve(net::listener_ptr at) {
  for (;;) {
    auto s = co_await at->accept();
    if (!s) co_return;
    host_.spawn(connection(std::move(*s)));
  }
}

task<void> router::connection(net::stream_ptr s) {
  exchange e(*this, std::move(s));
  for (;;) {
    const exchange::arrival what = co_await e.next();
    if (what == exchange::arrival::over) co_return;
    if (what == exchange::arrival::refused) {
      co_await e.refuse();
      co_return;
    }
    const bool go_on = co_await e.run();
    if (!go_on) co_return;
  }
}

}  // namespace meshgauge::proxy
