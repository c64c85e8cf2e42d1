#include "router/discovery/registrar.hpp"

#include <algorithm>

#include "router/registry/codec.hpp"

namespace meshgauge::discovery {

registrar::registrar(net::host& on, const net::endpoint& registry, registry::instance what, registrar_options options)
    : host_(on),
      http_(on, registry),
      what_(std::move(what)),
      options_(options),
      backoff_(options.backoff, on.random("registrar").derive(what_.id)),
      alarm_(on) {
  MESHGAUGE_ASSERT(registry::valid_name(what_.service) && registry::valid_id(what_.id));
  MESHGAUGE_ASSERT(options.heartbeat > duration::zero());
}

void registrar::start() {
  MESHGAUGE_ASSERT(!running_);
  running_ = true;
  host_.spawn(run());
}

void registrar::set_status(registry::status to) {
  what_.status = to;
  alarm_.ring();
}

net::task<bool> registrar::call(std::string_view method, std::string path, std::string body) {
  std::string target = "/v1/services/" + what_.service + "/instances/" + registry::path_segment(what_.id) + path;
  auto r = co_await http_.ask(method, std::move(target), std::move(body), host_.now() + options_.timeout);
  answer_ = r ? r->status : 0;
  if (answer_ == 0) ++failures_;
  co_return answer_ == 200 || answer_ == 201;
}

net::task<void> registrar::run() {
  while (!host_.stopping() && wanted_ != wanted::nothing) {
    bool ok = true;
    if (wanted_ == wanted::gone) {
      if (may_be_registered_) ok = co_await call("DELETE", "", "");
      if (ok || answer_ == 404) {
        registered_ = may_be_registered_ = false;
        break;
      }
    } else if (!registered_) {
      const auto status = what_.status;
      may_be_registered_ = true;
      ok = co_await call("PUT", "", registry::encode(what_));
      if (ok) {
        ++registrations_;
        registered_ = true;
        told_ = status;
        next_heartbeat_ = host_.now() + (options_.phase > duration::zero() ? options_.phase : options_.heartbeat);
      }
    } else if (told_ != what_.status) {
      const auto status = what_.status;
      ok = co_await call("PUT", "/status", "{\"status\":\"" + std::string(name_of(status)) + "\"}");
      if (ok) told_ = status;
    } else if (host_.now() >= next_heartbeat_) {
      ok = co_await call("PUT", "/heartbeat", "");
      if (ok) ++heartbeats_;
      while (ok && next_heartbeat_ <= host_.now()) next_heartbeat_ += options_.heartbeat;
    } else {
      const net::error_code interrupted = co_await alarm_.until(next_heartbeat_);
      if (interrupted) break;
      continue;
    }

    if (ok) {
      backoff_.succeeded();
    } else if (answer_ == 404 && registered_) {
      registered_ = false;  // forgotten: register again, now
    } else if (wanted_ != wanted::nothing) {
      const net::error_code interrupted =
          co_await alarm_.until(host_.now() + std::min(backoff_.failed(), options_.heartbeat));
      if (interrupted) break;
    }
  }
  running_ = false;
  if (leaver_ != nullptr) leaver_->ring();
}

net::task<bool> registrar::deregister(instant deadline) {
  if (running_) {
    wanted_ = wanted::gone;
    alarm_.ring();
    alarm done(host_);
    struct leaving {  // also forgotten when the frame is destroyed
      alarm*& place;
      ~leaving() { place = nullptr; }
    };
    const leaving here{leaver_ = &done};
    while (running_ && host_.now() < deadline) {
      const net::error_code interrupted = co_await done.until(deadline);
      if (interrupted) break;
    }
    if (running_) wanted_ = wanted::nothing;
  }
  co_return !may_be_registered_;
}

}  // namespace meshgauge::discovery
