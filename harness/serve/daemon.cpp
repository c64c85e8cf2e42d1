#include "harness/serve/daemon.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <random>
#include <system_error>

#include "harness/serve/fleets.hpp"
#include "harness/serve/wall_clock.hpp"
#include "router/registry/server.hpp"

namespace meshgauge::serve {
namespace {

using namespace std::chrono_literals;

std::string cannot_listen(std::string_view who, const net::endpoint& at, const net::error_code& why) {
  return fmt::format("the {} cannot listen at {}: {}", who, net::to_string(at), why.message());
}

/// The access log's file, opened to append, or stdout.
class log_file {
 public:
  log_file() = default;
  log_file(const log_file&) = delete;
  log_file& operator=(const log_file&) = delete;
  ~log_file() {
    if (fd_ != STDOUT_FILENO) ::close(fd_);
  }
  std::optional<std::string> open(const std::string& path) {
    if (path.empty()) return std::nullopt;
    const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
      return fmt::format("the access log cannot be written to {}: {}", path, std::generic_category().message(errno));
    fd_ = fd;
    return std::nullopt;
  }
  int fd() const { return fd_; }

 private:
  int fd_ = STDOUT_FILENO;
};

}  // namespace

/// What lives in the control world, and the workers. Destroyed from the bottom up.
struct daemon::control {
  explicit control(std::uint64_t the_seed)
      : seed(the_seed), world({.seed = the_seed}), registry_host(world, "registry"), admin_host(world, "admin") {}
  ~control() {
    admin_host.kill();
    workers.clear();
    fakes.reset();
    registry_host.kill();
  }

  template <class Predicate>
  bool all(Predicate p) const {
    return std::all_of(workers.begin(), workers.end(), [&](const auto& w) { return p(w->now()); });
  }
  void tell(worker::order what) {
    for (const auto& w : workers) w->tell(what);
  }
  std::uint64_t sum(const proxy::counter proxy::counters::*of) const {
    std::uint64_t n = 0;
    for (const auto& w : workers) {
      if (const proxy::counters* c = w->counters()) n += (c->*of).value();
    }
    return n;
  }

  std::uint64_t seed;
  log_file file;
  std::unique_ptr<log_writer> log;
  net::live::live_world world;
  net::host registry_host, admin_host;
  std::unique_ptr<registry::server> registry;
  std::unique_ptr<serve::admin> admin;
  std::unique_ptr<fleets> fakes;
  std::vector<std::unique_ptr<worker>> workers;
};

daemon::daemon(config c, std::optional<scenarios::scenario> fakes) : config_(std::move(c)), fakes_(std::move(fakes)) {}

void daemon::stop() {
  const std::lock_guard lock(mutex_);
  ++stops_;
  if (world_ != nullptr) world_->wake();
}

std::optional<std::string> daemon::run(const std::function<void(const addresses&)>& started) {
  // No two daemons draw the same request ids, or make the same random choices.
  std::random_device chance;  // tidy: allow because a daemon is not replayed
  control c(chance() | std::uint64_t{chance()} << 32U);
  struct link {  // stop() may reach the world while it lives
    daemon& d;
    explicit link(daemon& of, net::live::live_world& w) : d(of) {
      const std::lock_guard lock(d.mutex_);
      d.world_ = &w;
    }
    link(const link&) = delete;
    link& operator=(const link&) = delete;
    ~link() {
      const std::lock_guard lock(d.mutex_);
      d.world_ = nullptr;
    }
  } const reachable(*this, c.world);

  if (auto wrong = start(c)) return wrong;
  if (started) started(at_);
  c.world.run_until(never, [&] { return stops_ > 0; });
  drain(c);
  return std::nullopt;
}

std::optional<std::string> daemon::start(control& c) {
  if (auto wrong = c.file.open(config_.access_log_file)) return wrong;
  if (config_.access_log != log_mode::off) c.log = std::make_unique<log_writer>(c.file.fd(), config_.workers);
  if (config_.registry) {
    registry::server_options o;
    o.directory.default_ttl = config_.lease;
    // Every life of a registry has a name of its own: readers that knew another one start anew.
    o.directory.epoch = fmt::format("{}-{}", ::getpid(), wall_milliseconds());
    c.registry = std::make_unique<registry::server>(c.registry_host, o);
    const auto at = c.registry->start(*config_.registry);
    if (!at) return cannot_listen("registry", *config_.registry, at.error());
    at_.registry = *at;
    fmt::print(stderr, "meshgauge: registry on http://{}\n", net::to_string(*at));
  }
  if (config_.admin) {
    c.admin = std::make_unique<serve::admin>(
        c.admin_host, admin::sources{to_text(config_), [this, &c] { return views(c); }, [this] { return draining_; }});
    const auto at = c.admin->start(*config_.admin);
    if (!at) return cannot_listen("admin port", *config_.admin, at.error());
    at_.admin = *at;
    fmt::print(stderr, "meshgauge: admin on http://{}\n", net::to_string(*at));
  }
  if (fakes_) {
    c.fakes = std::make_unique<fleets>(c.world, *fakes_, *at_.registry);
    c.world.run_for(50ms);
    if (const std::string p = c.fakes->problem(); !p.empty()) return p;
    fmt::print(stderr, "meshgauge: {} instances of {}\n", c.fakes->size(), fakes_->name);
  }
  return start_workers(c);
}

std::optional<std::string> daemon::start_workers(control& c) {
  const bool shared = config_.workers > 1;
  net::endpoint listen = config_.listen;
  if (shared && listen.port != 0) {
    // With shared ports the kernel would let us in beside another daemon of the same user; without, it says so.
    const auto probe = c.admin_host.listen(listen);
    if (!probe) return cannot_listen("router", listen, probe.error());
  }
  std::optional<net::endpoint> registry = config_.use_registry;
  if (config_.registry) registry = at_.registry;
  const rng seeds(c.seed);
  for (unsigned n = 0; n < config_.workers; ++n) {
    c.workers.push_back(std::make_unique<worker>(
        config_, worker::options{.number = n,
                                 .seed = seeds.derive("worker").at(n),
                                 .listen = listen,
                                 .share_port = shared,
                                 .registry = registry,
                                 .announce_registry = n == 0 && config_.use_registry.has_value(),
                                 .log = c.log ? &c.log->at(n) : nullptr,
                                 .up = &c.world}));
    worker& w = *c.workers.back();
    w.start();
    // One after the other: the first finds the port when any will do.
    c.world.run_until(never, [&] { return w.now() != worker::phase::starting; });
    if (w.now() == worker::phase::failed) return w.problem();
    listen = w.at();
  }
  at_.router = listen;
  fmt::print(stderr, "meshgauge: router on http://{}\n", net::to_string(listen));
  return std::nullopt;
}

void daemon::drain(control& c) {
  using phase = worker::phase;
  draining_ = true;
  c.tell(worker::order::close);
  c.world.run_until(never, [&] { return c.all([](phase p) { return p >= phase::closed; }); });
  c.tell(worker::order::drain);
  fmt::print(stderr, "meshgauge: draining, {} connections, {} in flight\n", c.sum(&proxy::counters::connections_open),
             c.sum(&proxy::counters::in_flight));
  c.world.run_until(saturating_add(c.world.now(), config_.drain_timeout),
                    [&] { return stops_ > 1 || c.all([](phase p) { return p >= phase::drained; }); });
  const std::uint64_t open = c.sum(&proxy::counters::connections_open), busy = c.sum(&proxy::counters::in_flight);
  if (open > 0) fmt::print(stderr, "meshgauge: closing {} connections, {} in flight\n", open, busy);
  c.admin_host.kill();  // it reads counters, which go now
  c.tell(stops_ > 1 ? worker::order::kill : worker::order::stop);
  c.world.run_until(never, [&] { return c.all([](phase p) { return p == phase::ended; }); });
}

std::vector<worker_view> daemon::views(const control& c) const {
  std::vector<worker_view> out(config_.workers);
  for (std::size_t n = 0; n < c.workers.size(); ++n)
    out[n] = {c.workers[n]->counters(), c.workers[n]->state(), c.workers[n]->dropped_lines()};
  return out;
}

}  // namespace meshgauge::serve
