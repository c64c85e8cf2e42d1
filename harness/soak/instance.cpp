#include "harness/soak/instance.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace meshgauge::soak {

using namespace std::chrono_literals;
using net::error_code;
using net::task;

namespace {
constexpr duration beat = 1s, slow_answer = 5ms;
constexpr const char* lease = "4s";  // some beats; short enough that killed ones leave within the run
constexpr request_number slow_each = 8;
}  // namespace

instance::instance(net::world& w, std::string id, const net::endpoint& registry, ledger& witness)
    : id_(std::move(id)), registry_(registry), witness_(witness), host_(w, id_) {
  begin();
}

void instance::begin() {
  auto door = host_.listen(at_);
  if (!door) {
    at_.port = 0;
    door = host_.listen(at_);
  }
  if (!door) throw std::runtime_error("soak: an instance cannot listen: " + door.error().message());
  door_ = std::move(*door);
  at_ = door_->local();
  state_ = state::up;
  draining_ = false;
  host_.spawn(http::accept_all(host_, *door_, [this](net::stream_ptr s) { return serve(std::move(s)); }));
  host_.spawn(stay_registered());
}

task<void> instance::stay_registered() {
  http::client registry(host_, registry_);
  const std::string path = fmt::format("/v1/services/soaked/instances/{}", id_);
  const std::string me = fmt::format(R"({{"address":"127.0.0.1","port":{},"ttl":"{}"}})", at_.port, lease);
  bool known = false;
  while (state_ == state::up) {
    std::string target = known ? path + "/heartbeat" : path;
    std::string body = known ? std::string() : me;
    const auto r = co_await registry.ask("PUT", std::move(target), std::move(body), host_.now() + beat);
    known = r && r->status < 300;
    if (r && !known) continue;  // 404: register again
    const error_code ec = co_await host_.sleep(known ? beat : 100ms);
    if (ec) co_return;
  }
}

task<void> instance::go(bool drain) {
  http::client registry(host_, registry_);
  std::string target = fmt::format("/v1/services/soaked/instances/{}", id_);
  const auto r = co_await registry.ask("DELETE", std::move(target), std::string(), host_.now() + beat);
  (void)r;  // when the registry does not hear it, the lease lapses
  draining_ = drain;
  const error_code ec = co_await host_.sleep(500ms);
  if (ec) co_return;
  state_ = state::gone;
  door_->close();
  host_.stop();
}

void instance::leave(bool drain) {
  state_ = state::leaving;
  host_.spawn(go(drain));
}

void instance::kill() {
  state_ = state::gone;
  host_.kill();
  door_.reset();
}

void instance::restart() {
  kill();
  host_.revive();
  begin();
}

void instance::end() {
  state_ = state::gone;
  host_.kill();
  door_.reset();
}

task<void> instance::serve(net::stream_ptr s) {
  http::server_connection c(host_, std::move(s));
  http::request r;
  for (;;) {
    const bool more = co_await c.next(r);
    if (!more) co_return;
    ++requests_;
    const auto n = number_of(r.request_id);
    if (n) {
      witness_.seen(*n, r.method == "POST" ? method::post : method::get);
      if (*n % slow_each == 0) {
        const error_code ec = co_await host_.sleep(slow_answer);
        if (ec) co_return;
      }
    }
    const http::answer a{.body = r.request_id, .keep_alive = !draining_};
    const bool open = co_await c.reply(r, a);
    if (!open) co_return;
  }
}

}  // namespace meshgauge::soak
