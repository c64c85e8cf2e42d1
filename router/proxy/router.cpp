#include "router/proxy/router.hpp"

#include "router/core/counted.hpp"
#include "router/http/proxy_status.hpp"
#include "router/http/text.hpp"
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
    counters_.connections.add();
    const bool full = counters_.connections_open.value() >= options_.connections_max;
    host_.spawn(full ? shed(std::move(*s)) : connection(std::move(*s)));
  }
}

task<void> router::connection(net::stream_ptr s) {
  const counted here(counters_.connections_open);
  exchange e(*this, std::move(s));
  for (;;) {
    const exchange::arrival what = co_await e.next();
    bool go_on = false;
    if (what == exchange::arrival::request) go_on = co_await e.run();
    if (what == exchange::arrival::refused) co_await e.refuse();
    if (!go_on) break;
  }
  co_await e.leave();
}

task<void> router::shed(net::stream_ptr s) {
  counters_.connections_shed.add();
  std::string& text = http::scratch_text();
  std::string why;
  http::append_proxy_status(why, options_.name, cause::load_shed);
  http::append_answer(text, {.status = options_.statuses->of(cause::load_shed),
                             .body = "too many connections\n",
                             .extra = why,
                             .keep_alive = false});
  s->deadline(saturating_add(host_.now(), std::chrono::seconds(1)));
  const net::error_code ec = co_await s->send(net::buffer_of(text));
  (void)ec;  // it is closed either way
}

}  // namespace meshgauge::proxy
