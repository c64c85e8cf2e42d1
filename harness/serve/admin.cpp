#include "harness/serve/admin.hpp"

#include "harness/serve/open_metrics.hpp"
#include "router/core/counted.hpp"

namespace meshgauge::serve {
namespace {

constexpr std::size_t connections_max = 256;  // probes and scrapers; more is a mistake
constexpr std::string_view json = "application/json";

}  // namespace

net::result<net::endpoint> admin::start(const net::endpoint& at) {
  auto listener = host_.listen(at);
  if (!listener) return listener.error();
  listener_ = std::move(*listener);
  host_.spawn(http::accept_all(host_, *listener_, [this](net::stream_ptr s) { return serve(std::move(s)); }));
  return listener_->local();
}

admin::page admin::answer(std::string_view method, std::string_view target) const {
  const std::string_view path = target.substr(0, target.find('?'));
  const bool known = path == "/healthz" || path == "/metrics" || path == "/config" || path == "/instances";
  if (!known) return {404, page{}.type, "there are /healthz, /metrics, /config and /instances\n"};
  if (method != "GET" && method != "HEAD") return {405, page{}.type, "GET or HEAD\n"};
  if (path == "/config") return {200, json, sources_.config};
  const std::vector<worker_view> workers = sources_.workers();
  if (path == "/metrics") return {200, open_metrics::content_type, metrics_page(workers)};
  if (path == "/instances") return {200, json, instances_page(workers)};
  health h = health_of(workers, sources_.draining());
  return {h.status, page{}.type, std::move(h.text)};
}

net::task<void> admin::serve(net::stream_ptr connection) {
  const counted here(connections_);
  if (connections_ > connections_max) {
    connection->close(net::closing::reset);
    co_return;
  }
  http::server_connection http(host_, std::move(connection));
  http::request r;
  for (;;) {
    const bool more = co_await http.next(r);
    if (!more) co_return;
    const page p = answer(r.method, r.target);
    const http::answer a{.status = p.status,
                         .body = p.body,
                         .type = p.type,
                         .extra = p.status == 405 ? "Allow: GET, HEAD\r\n" : "Cache-Control: no-store\r\n"};
    const bool open = co_await http.reply(r, a);
    if (!open) co_return;
  }
}

}  // namespace meshgauge::serve
