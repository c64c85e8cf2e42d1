// serve: the registry and the router as a daemon on real ports, until SIGTERM or SIGINT.

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <memory>
#include <random>
#include <thread>

#include <unistd.h>

#include "fakes/upstream/instance.hpp"
#include "harness/cli/commands.hpp"
#include "harness/cli/exit_code.hpp"
#include "harness/run/mesh.hpp"
#include "router/discovery/client.hpp"
#include "router/discovery/fixed_resolver.hpp"
#include "router/net/live/live_world.hpp"
#include "router/proxy/router.hpp"
#include "router/registry/server.hpp"
#include "scenarios/language/load.hpp"

namespace meshgauge::cli {
namespace {

using namespace std::chrono_literals;

struct arguments {
  std::string listen = "127.0.0.1:8000";
  std::string registry;  // empty: none of our own, unless nothing else says where instances are
  std::string use_registry;
  std::vector<std::string> instances;
  std::string scenario;
  std::string balance = "round-robin";
  std::string retry = "1";
  std::string access_log = "off";
  bool strip = false;
  double connect_timeout = 0.25, upstream_timeout = 1, idle_timeout = 75, client_head_timeout = 10,
         client_body_timeout = 30, drain_timeout = 5, lease = 15;
  std::size_t max_body = 64 * 1024 * 1024, max_head = 16 * 1024, pool = 100;
};

duration seconds(double s) {
  return std::chrono::duration_cast<duration>(std::chrono::duration<double>(s));
}

/// Instances of the command line first, then whatever the registry knows.
class combined final : public discovery::resolver {
 public:
  combined(discovery::fixed_resolver& fixed, discovery::client* dynamic) : fixed_(fixed), dynamic_(dynamic) {}
  discovery::picked pick(std::string_view service, std::span<const std::string_view> tried) override {
    return who(service).pick(service, tried);
  }
  net::task<void> load(std::string_view service, instant by) override { return who(service).load(service, by); }
  void unreachable(const discovery::member& m) override {
    if (dynamic_ != nullptr) dynamic_->unreachable(m);
  }

 private:
  discovery::resolver& who(std::string_view service) {
    if (dynamic_ != nullptr && fixed_.members(service) == nullptr) return *dynamic_;
    return fixed_;
  }
  discovery::fixed_resolver& fixed_;
  discovery::client* dynamic_;
};

/// One JSON object a request on stdout.
class access_log final : public discovery::observer {
 public:
  void attempted(const discovery::attempt_record& r) override {
    last_ = r.instance != nullptr ? r.instance->what().id : std::string();
  }
  void finished(const discovery::request_record& r) override {
    line_.clear();
    fmt::format_to(
        std::back_inserter(line_),
        R"({{"request":"{}","method":"{}","target":"{}","service":"{}","instance":"{}","status":{},"cause":"{}","attempts":{},"ms":{:.3f}}})"
        "\n",
        escaped(r.request_id), escaped(r.method), escaped(r.target), escaped(r.service), escaped(last_), r.status,
        name_of(r.why), r.attempts, to_seconds(r.end - r.begun) * 1000);
    std::fwrite(line_.data(), 1, line_.size(), stdout);
    std::fflush(stdout);
  }

 private:
  static std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      if (static_cast<unsigned char>(c) < 0x20) {
        out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      } else {
        out += c;
      }
    }
    return out;
  }
  std::string line_, last_;
};

/// SIGTERM and SIGINT, caught on a thread of their own: the first asks for a graceful end, the second ends at once.
class signals {
 public:
  explicit signals(net::live::live_world& w) : set_(context_, SIGINT, SIGTERM) {
    wait(w);
    thread_ = std::thread([this] { context_.run(); });
  }
  ~signals() {
    context_.stop();
    thread_.join();
  }
  int count() const { return count_; }

 private:
  void wait(net::live::live_world& w) {
    set_.async_wait([this, &w](const boost::system::error_code& ec, int) {
      if (ec) return;
      ++count_;
      w.wake();
      wait(w);
    });
  }
  std::atomic<int> count_{0};
  boost::asio::io_context context_;
  boost::asio::signal_set set_;
  std::thread thread_;
};

int complain(int code, std::string_view text) {
  fmt::print(stderr, "meshgauge serve: {}\n", text);
  return code;
}

/// The fleets of a scenario behind the registry, as ordinary programs on loopback addresses.
class fleets {
 public:
  fleets(net::world& w, const scenarios::scenario& s, const net::endpoint& registry) {
    std::uint32_t next = 0;
    for (const scenarios::fleet& f : s.fleets) {
      for (unsigned n = 0; n < f.instances; ++n) {
        upstream::instance_options o = run::program_of(f);
        o.id = fmt::format("{}/{}", f.name, n);
        o.at = {boost::asio::ip::address_v4(0x7f010100U + ++next), 8080};
        o.registry = registry;
        o.registrar.heartbeat = s.registry.heartbeat;
        o.lease = s.registry.lease;
        hosts_.push_back(std::make_unique<net::host>(w, o.id));
        instances_.push_back(std::make_unique<upstream::instance>(*hosts_.back(), std::move(o), nullptr, nullptr));
        instances_.back()->start(true);
      }
    }
  }
  ~fleets() {
    for (auto& h : hosts_) h->kill();
  }
  std::string problem() const {
    for (const auto& i : instances_) {
      if (!i->problem().empty()) return i->problem();
    }
    return {};
  }
  std::size_t size() const { return instances_.size(); }

 private:
  std::vector<std::unique_ptr<net::host>> hosts_;
  std::vector<std::unique_ptr<upstream::instance>> instances_;
};

/// "payment=127.0.0.1:9001" into the list of its service.
std::optional<std::string> add_instance(std::map<std::string, registry::service_list>& lists, const std::string& text) {
  const auto equals = text.find('=');
  const auto at =
      equals == std::string::npos ? std::nullopt : net::parse_endpoint(std::string_view(text).substr(equals + 1));
  if (!at || equals == 0 || at->port == 0) {
    return fmt::format("--instance takes NAME=HOST:PORT with a numeric address, but here is \"{}\"", text);
  }
  const std::string name = text.substr(0, equals);
  registry::service_list& list = lists[name];
  list.service = name;
  registry::instance i;
  i.id = fmt::format("{}/{:04}", name, list.instances.size());
  i.service = name;
  i.address = at->address.to_string();
  i.port = at->port;
  list.instances.push_back(std::make_shared<const registry::instance>(std::move(i)));
  return std::nullopt;
}

int serve(const arguments& a) {
  const auto listen = net::parse_endpoint(a.listen);
  if (!listen) return complain(wrong_input, fmt::format("--listen takes HOST:PORT, but here is \"{}\"", a.listen));
  const bool own_registry = !a.registry.empty();
  const auto registry_at = net::parse_endpoint(own_registry ? a.registry : a.use_registry);
  if (!registry_at && (own_registry || !a.use_registry.empty())) {
    return complain(wrong_input, fmt::format("--registry takes HOST:PORT, but here is \"{}\"",
                                             own_registry ? a.registry : a.use_registry));
  }
  if (!registry_at && a.instances.empty()) {
    return complain(wrong_input,
                    "nobody says where instances are: give --registry HOST:PORT, --use-registry HOST:PORT or "
                    "--instance NAME=HOST:PORT");
  }
  std::map<std::string, registry::service_list> lists;
  for (const std::string& text : a.instances) {
    if (const auto wrong = add_instance(lists, text)) return complain(wrong_input, *wrong);
  }
  const auto policy = lb::policy_named(a.balance);
  if (!policy) return complain(wrong_input, fmt::format("there is no balancing policy \"{}\"", a.balance));
  std::optional<scenarios::scenario> scenario;
  if (!a.scenario.empty()) {
    if (!own_registry) return complain(wrong_input, "--scenario needs --registry: its instances register there");
    language::loaded l = language::load_file(a.scenario, {.engine = scenarios::engine::live});
    fmt::print(stderr, "{}", language::report(l.diagnostics));
    if (!l.scenario) return wrong_input;
    scenario = std::move(*l.scenario);
  }

  // No two routers draw the same request ids, or make the same random choices.
  std::random_device chance;  // tidy: allow because a daemon is not replayed
  net::live::live_world world({.seed = chance() | std::uint64_t{chance()} << 32});
  signals caught(world);
  net::host registry_host(world, "registry"), router_host(world, "router/0");

  std::unique_ptr<registry::server> registry_server;
  net::endpoint registry_endpoint;
  if (own_registry) {
    registry::server_options o;
    o.directory.default_ttl = seconds(a.lease);
    // Every life of a registry has a name of its own: readers that knew another one start anew.
    o.directory.epoch = fmt::format("{}-{}", ::getpid(), ::time(nullptr));
    registry_server = std::make_unique<registry::server>(registry_host, o);
    const auto at = registry_server->start(*registry_at);
    if (!at)
      return complain(environment, fmt::format("the registry cannot listen at {}: {}", net::to_string(*registry_at),
                                               at.error().message()));
    registry_endpoint = *at;
  } else if (registry_at) {
    registry_endpoint = *registry_at;
  }

  const lb::balancer_options balance{.policy = *policy};
  discovery::fixed_resolver fixed(router_host, balance);
  for (auto& [name, list] : lists) fixed.set(std::move(list));
  std::unique_ptr<discovery::client> dynamic;
  if (registry_at) {
    discovery::client_options o;
    o.all = true;
    o.balance = balance;
    o.name = "router";
    dynamic = std::make_unique<discovery::client>(router_host, registry_endpoint, o);
    dynamic->start();
  }
  combined instances(fixed, dynamic.get());

  proxy::options o;
  o.routes = proxy::route_table(a.strip);
  o.limits.head = a.max_head;
  o.body_max = a.max_body;
  o.client_idle_timeout = seconds(a.idle_timeout);
  o.client_head_timeout = seconds(a.client_head_timeout);
  o.client_body_timeout = seconds(a.client_body_timeout);
  o.connect_timeout = seconds(a.connect_timeout);
  o.upstream_timeout = seconds(a.upstream_timeout);
  o.pool.max = a.pool;
  if (a.retry != "none") {
    o.retry.on_connect_failure = true;
    o.retry.count = static_cast<unsigned>(std::stoul(a.retry));
  }
  access_log log;
  proxy::router router(router_host, instances, o, a.access_log == "full" ? &log : nullptr);
  auto door = router_host.listen(*listen);
  if (!door)
    return complain(environment,
                    fmt::format("the router cannot listen at {}: {}", net::to_string(*listen), door.error().message()));
  const net::endpoint router_at = (*door)->local();
  router_host.spawn(router.serve(std::move(*door)));

  std::unique_ptr<fleets> fakes;
  if (scenario) {
    fakes = std::make_unique<fleets>(world, *scenario, registry_endpoint);
    world.run_for(50ms);
    if (const std::string p = fakes->problem(); !p.empty()) return complain(environment, p);
    fmt::print(stderr, "meshgauge: {} instances of {}\n", fakes->size(), scenario->name);
  }
  if (own_registry) fmt::print(stderr, "meshgauge: registry on http://{}\n", net::to_string(registry_endpoint));
  fmt::print(stderr, "meshgauge: router on http://{}\n", net::to_string(router_at));
  world.run_until(never, [&] { return caught.count() > 0; });

  fmt::print(stderr, "meshgauge: draining, {} in flight\n", router.in_flight());
  router.drain();
  router_host.refuse_connections(true);
  world.run_until(world.now() + seconds(a.drain_timeout),
                  [&] { return router.in_flight() == 0 || caught.count() > 1; });
  router_host.kill();
  fakes.reset();
  registry_host.kill();
  return holds;
}

}  // namespace

void add_serve(CLI::App& app, action& chosen) {
  auto a = std::make_shared<arguments>();
  CLI::App* c = app.add_subcommand("serve", "Registry and router as a daemon on real ports");
  const auto time = [](CLI::Option* o) {
    return o
        ->transform(CLI::AsNumberWithUnit(std::map<std::string, double>{{"ms", 0.001}, {"s", 1}, {"m", 60}},
                                          CLI::AsNumberWithUnit::UNIT_REQUIRED))
        ->type_name("TIME");
  };
  c->add_option("--listen", a->listen, "Where the router listens")->type_name("HOST:PORT")->capture_default_str();
  c->add_option("--registry", a->registry, "Start a registry, listening here")->type_name("HOST:PORT");
  c->add_option("--use-registry", a->use_registry, "Use a registry that runs elsewhere")
      ->type_name("HOST:PORT")
      ->excludes("--registry");
  c->add_option("--instance", a->instances, "An instance that is always there (repeatable)")
      ->type_name("NAME=HOST:PORT")
      ->allow_extra_args(false);
  c->add_option("--scenario", a->scenario, "Start the fleets of a scenario behind the registry")->type_name("FILE");
  c->add_option("--balance", a->balance, "round-robin, random, least-request, p2c or clock-modulo")
      ->capture_default_str();
  c->add_option("--retry", a->retry,
                "How often to try again, elsewhere if possible, after a refused connection: 0 to 10, or none")
      ->check(CLI::IsMember({"none"}) | CLI::Range(0, 10))
      ->capture_default_str();
  c->add_flag("--strip", a->strip, "Take the service name out of the path before forwarding");
  c->add_option("--access-log", a->access_log, "off, or full: a JSON line a request on stdout")
      ->check(CLI::IsMember({"off", "full"}))
      ->capture_default_str();
  time(c->add_option("--connect-timeout", a->connect_timeout, "To connect to an instance (250ms)"));
  time(c->add_option("--upstream-timeout", a->upstream_timeout, "From the request to the response head (1s)"));
  time(c->add_option("--idle-timeout", a->idle_timeout, "Of a client connection between requests (75s)"));
  time(c->add_option("--client-head-timeout", a->client_head_timeout, "First byte to end of a request head (10s)"));
  time(c->add_option("--client-body-timeout", a->client_body_timeout, "Between two pieces of a body (30s)"));
  time(c->add_option("--drain-timeout", a->drain_timeout, "For requests in flight after SIGTERM (5s)"));
  time(c->add_option("--lease", a->lease, "Of an instance that names no ttl (15s)"));
  c->add_option("--max-body", a->max_body, "Bytes of a request body")->capture_default_str();
  c->add_option("--max-head", a->max_head, "Bytes of a request head")
      ->check(CLI::Range(1024, 1024 * 1024))
      ->capture_default_str();
  c->add_option("--pool", a->pool, "Connections to one instance")->check(CLI::Range(1, 100'000))->capture_default_str();
  c->footer(
      "Example: meshgauge serve --listen 127.0.0.1:8000 --registry 127.0.0.1:8500\n"
      "Ends on SIGTERM or SIGINT, after the requests in flight. Exit codes: 0 ended, 2 wrong command line, 4 a port is "
      "taken.");
  c->callback([a, &chosen] { chosen = [a] { return serve(*a); }; });
}

}  // namespace meshgauge::cli
