#include "router/registry/server.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "router/core/counted.hpp"

namespace meshgauge::registry {
server::server(net::host& on, server_options options)
    : host_(on), options_(std::move(options)), directory_(options_.directory, on.random("registry")) {}

net::result<net::endpoint> server::start(const net::endpoint& at) {
  auto listener = host_.listen(at);
  if (!listener) return listener.error();
  listener_ = std::move(*listener);
  host_.spawn(http::accept_all(host_, *listener_, [this](net::stream_ptr s) { return serve(std::move(s)); }));
  host_.spawn(sweep());
  return listener_->local();
}

net::task<void> server::sweep() {
  for (auto next = host_.now() + options_.sweep;; next += options_.sweep) {
    const net::error_code interrupted = co_await host_.sleep_until(next);
    if (interrupted) co_return;
    directory_.sweep(host_.now());
  }
}

net::task<void> server::serve(net::stream_ptr connection) {
  const counted here(connections_);
  if (connections_ > options_.connections_max) {
    connection->close(net::closing::reset);
    co_return;
  }
  http::server_connection http(host_, std::move(connection), options_.http);
  http::request r;
  while (co_await http.next(r)) {
    ++requests_;
    auto result = handle(directory_, r.method, r.target, r.body, host_.now());
    reply out;
    if (auto* poll = std::get_if<long_poll>(&result))
      out = co_await wait(http.stream(), std::move(*poll));
    else
      out = std::move(std::get<reply>(result));
    if (out.body == nullptr) co_return;
    std::string fields;
    if (out.revision) fields = fmt::format("X-Meshgauge-Revision: {}\r\n", *out.revision);
    if (!out.allow.empty()) fields += fmt::format("Allow: {}\r\n", out.allow);
    const http::answer answer{.status = out.status, .body = *out.body, .type = "application/json", .extra = fields};
    if (!co_await http.reply(r, answer)) co_return;
  }
}

net::task<reply> server::wait(net::stream& reader, long_poll poll) {
  const auto until = saturating_add(host_.now(), poll.time);
  watcher w(nullptr);
  w.on_wake([&reader, &w, until] { reader.deadline(std::min(w.due(), until)); });
  if (!directory_.wait(w, poll.service, poll.index, poll.client, host_.now()))
    co_return error_reply(503, "too many readers wait");
  for (;;) {
    reader.deadline(std::min(w.due(), until));
    const auto ec = co_await reader.fill();
    const auto now = host_.now();
    if (!ec) continue;                                  // the next request is there already; it waits its turn
    if (ec != net::errc::timed_out) co_return reply{};  // gone, or we stop
    if (w.due() > now && until > now) continue;
    auto answer = w.due() <= now ? w.take(now) : w.give_up();
    co_return reply{200, std::move(answer.body), answer.revision, {}};
  }
}

}  // namespace meshgauge::registry
