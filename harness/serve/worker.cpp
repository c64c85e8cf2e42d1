#include "harness/serve/worker.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <system_error>

#include "harness/serve/access_log.hpp"
#include "harness/serve/combined.hpp"
#include "harness/serve/registry_watch.hpp"

namespace meshgauge::serve {
namespace {

using namespace std::chrono_literals;

constexpr duration publish_every = 1s, publish_soon = 50ms;  // soon: while somebody waits for the first view
constexpr duration farewell = 200ms;                         // for coroutines to end after they were stopped

registry::service_list list_of(const std::string& name, const std::vector<net::endpoint>& at) {
  registry::service_list list;
  list.service = name;
  for (std::size_t n = 0; n < at.size(); ++n) {
    registry::instance i;
    i.id = fmt::format("{}/{:04}", name, n);
    i.service = name;
    i.address = at[n].address.to_string();
    i.port = at[n].port;
    list.instances.push_back(std::make_shared<const registry::instance>(std::move(i)));
  }
  return list;
}

void copy_members(service_state& to, const discovery::endpoint_set& from) {
  for (const auto& m : from.members()) {
    to.instances.push_back(
        {m->what().id, net::to_string(m->address()), m->in_flight(), m->pool().open(), m->pool().idle()});
  }
}

}  // namespace

/// What stands behind a router, in the order in which it is built.
struct worker::parts {
  parts(net::host& h, const config& c, const options& o)
      : fixed(h, balance_of(h, c)), watch([at = o.registry](const std::string& what) {
          fmt::print(stderr, "meshgauge: the registry at http://{} {}\n", net::to_string(*at), what);
        }) {
    for (const auto& [name, at] : c.instances) {
      fixed.set(list_of(name, at));
      fixed_names.push_back(name);
    }
    if (o.registry) {
      discovery::client_options with;
      with.all = true;
      with.balance = balance_of(h, c);
      with.name = "router";
      dynamic = std::make_unique<discovery::client>(h, *o.registry, with, o.announce_registry ? &watch : nullptr);
      watch.follow(*dynamic);
    }
    if (o.log != nullptr) log = std::make_unique<access_log>(c.access_log, c.access_log_share, *o.log);
  }

  /// Each worker's round robin begins at a place of its own, else all begin with the first instance.
  static lb::balancer_options balance_of(const net::host& h, const config& c) {
    return {.policy = c.balance, .start = h.random("first-pick").at(0) >> 32U};
  }

  discovery::fixed_resolver fixed;
  std::vector<std::string> fixed_names;
  registry_watch watch;
  std::unique_ptr<discovery::client> dynamic;
  std::unique_ptr<access_log> log;
};

worker::~worker() {
  tell(order::kill);
  if (thread_.joinable()) thread_.join();
}

void worker::start() {
  thread_ = std::thread([this] { run(); });
}

void worker::tell(order what) {
  const std::lock_guard lock(mutex_);
  if (what > told()) order_.store(what, std::memory_order_release);
  if (world_ != nullptr) world_->wake();
}

void worker::change(phase to) {
  phase_.store(to, std::memory_order_release);
  options_.up->wake();
}

worker_state_ptr worker::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void worker::run() {
  struct link {  // orders may reach the world while it lives
    worker& w;
    link(worker& of, net::live::live_world& world) : w(of) {
      const std::lock_guard lock(w.mutex_);
      w.world_ = &world;
    }
    link(const link&) = delete;
    link& operator=(const link&) = delete;
    ~link() {
      const std::lock_guard lock(w.mutex_);
      w.world_ = nullptr;
    }
  };
  try {
    net::live::live_world world({.seed = options_.seed, .reuse_port = options_.share_port});
    const link reachable(*this, world);
    serve(world);
  } catch (const std::system_error& e) {  // the kernel gives no epoll set
    problem_ = e.what();
  }
  change(problem_.empty() ? phase::ended : phase::failed);
}

void worker::serve(net::live::live_world& world) {
  net::host host(world, fmt::format("router/{}", options_.number));
  parts p(host, config_, options_);
  combined instances(p.fixed, p.dynamic.get());
  proxy::router router(host, instances, router_options(config_), p.log.get());
  struct killer {  // before the parts that its coroutines use
    worker& w;
    net::host& host;
    ~killer() {
      w.counters_.store(nullptr, std::memory_order_release);
      host.kill();
    }
  } const first{*this, host};

  auto door = host.listen(options_.listen);
  if (!door) {
    problem_ =
        fmt::format("the router cannot listen at {}: {}", net::to_string(options_.listen), door.error().message());
    return;
  }
  at_ = (*door)->local();
  host.spawn(router.serve(std::move(*door)));
  if (p.dynamic) p.dynamic->start();
  publish(p);
  host.spawn(publish_always(host, p));
  counters_.store(&router.counters(), std::memory_order_release);
  change(phase::serving);

  world.run_until(never, [&] { return told() != order::serve; });
  if (told() <= order::drain) {
    close_door(world, host, router);
    change(phase::closed);
    world.run_until(never, [&] { return told() != order::close; });
    router.drain();
    world.run_until(never, [&] {
      if (router.connections() == 0 && now() == phase::closed) change(phase::drained);
      return told() > order::drain;
    });
  }
  if (told() != order::stop) return;
  host.stop();
  world.run_until(world.now() + farewell, [&] { return host.running() == 0 || told() == order::kill; });
}

/// Closing a listening socket resets the connections that the kernel has completed and nobody has accepted, so they
/// are accepted first: rounds of the loop that do not wait, until none finds any. The socket is closed right behind the
/// last look, and before anybody is told to come back with a new connection.
void worker::close_door(net::live::live_world& world, net::host& host, const proxy::router& router) {
  const auto accepted = [&] {
    return router.counters().connections.value() + router.counters().connections_shed.value();
  };
  int quiet = 0;
  for (int rounds = 0; quiet < 2 && rounds < 200; ++rounds) {
    const std::uint64_t before = accepted();
    int looked = 0;
    world.wake();  // so that the round does not wait
    world.run_until(never, [&] { return looked++ > 0; });
    quiet = accepted() == before ? quiet + 1 : 0;
  }
  host.refuse_connections(true);
}

net::task<void> worker::publish_always(net::host& h, parts& p) {
  for (;;) {
    const bool waits = p.dynamic != nullptr && !state()->has_view;
    const net::error_code interrupted = co_await h.sleep(waits || p.watch.down() ? publish_soon : publish_every);
    if (interrupted) co_return;
    p.watch.look();
    publish(p);
  }
}

void worker::publish(const parts& p) {
  auto out = std::make_shared<worker_state>();
  for (const std::string& name : p.fixed_names) {
    service_state s{.name = name, .fixed = true};
    copy_members(s, *p.fixed.members(name));
    out->services.push_back(std::move(s));
  }
  if (p.dynamic != nullptr) {
    // Nobody can register under an empty name: what is said about it is true of the view as a whole.
    const auto whole = p.dynamic->pick("", {});
    out->has_registry = true;
    out->has_view = whole.why == cause::no_route;
    out->view_age = whole.view_age;
    out->registry_failures = p.dynamic->failures();
    for (const auto& [name, known] : p.dynamic->services()) {
      service_state s{.name = name, .revision = known->view().revision(), .age = known->age(p.dynamic->now())};
      copy_members(s, known->endpoints());
      out->services.push_back(std::move(s));
    }
  }
  const std::lock_guard lock(mutex_);
  state_ = std::move(out);
}

}  // namespace meshgauge::serve
