#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "fakes/client/client.hpp"
#include "fakes/sim/sim_world.hpp"
#include "fakes/upstream/instance.hpp"
#include "harness/record/example_scenario_test.hpp"
#include "harness/record/recorder.hpp"
#include "router/discovery/fixed_resolver.hpp"
#include "router/proxy/router.hpp"

/// Proxied requests per CPU second in one simulated world, on one thread: clients with one kept connection each, one
/// router with pools and time-outs, 100 instances that answer at once, whole HTTP/1.1 messages on both legs. The next
/// request of a client leaves when its answer is there. docs/simulation.md has the figures.

namespace meshgauge::run {
namespace {

using namespace std::chrono_literals;
using net::error_code;
using net::task;

/// Memory in use; huge pages make it coarse, so many connections are counted together.
std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t all = 0, resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::size_t>(getpagesize());
}

constexpr std::uint32_t instances = 100;
constexpr duration latency = 250us;  // one way: a proxied request takes four of them

net::endpoint at(unsigned n, std::uint16_t port) {
  return {boost::asio::ip::address_v4(0x0a000000U + n), port};
}

/// Reports attempts and requests as the harness does.
class reporter final : public discovery::observer {
 public:
  explicit reporter(bool on) {
    if (!on) return;
    const auto what = record::example::two_phases(600s);
    recorder_ = std::make_unique<record::recorder>(what, 0, 1, scenarios::engine::sim);
    for (std::uint32_t i = 0; i < instances; ++i) recorder_->add_instance(0, i, 0, "v1", 1);
    recorder_->add_viewer("router/0");
  }
  discovery::observer* observer() { return recorder_ == nullptr ? nullptr : this; }

  std::uint64_t chosen(const discovery::member& m) override {
    if (m.note() == 0) m.set_note(std::uint64_t{m.address().address.to_v4().to_uint() - 0x0a000000U - 16});
    return (m.note() << 8 | static_cast<std::uint64_t>(truth::serving)) + 1;
  }
  void attempted(const discovery::attempt_record& r) override {
    record::attempt a;
    const char* end = r.request_id.data() + r.request_id.size();
    const auto load = std::from_chars(r.request_id.data(), end, a.load);
    std::from_chars(load.ptr + 1, end, a.request);
    a.chooser = 0;
    a.instance = static_cast<std::uint32_t>((r.tag - 1) >> 8);
    a.then = static_cast<truth>((r.tag - 1) & 0xff);
    a.view_age = r.view_age;
    a.sent = r.chosen;
    a.end = r.end;
    a.status = r.status;
    a.why = r.why;
    recorder_->attempted(a);
  }
  void ended(std::uint64_t number, instant sent, instant end, unsigned status) {
    if (recorder_ == nullptr) return;
    recorder_->ended({.number = number, .due = sent, .sent = sent, .end = end, .status = status});
  }

 private:
  std::unique_ptr<record::recorder> recorder_;
};

/// One router, 100 instances, and whoever calls them.
class mesh_of_one_router {
 public:
  explicit mesh_of_one_router(bool recording) : report(recording), view_(router_host_, {}) {
    world.conditions().set_default({.latency = distribution::constant(latency), .extra = {}});
    router_host_.set_address(router_at.address);
    registry::service_list list;
    list.service = "payments";
    for (std::uint32_t i = 0; i < instances; ++i) {
      upstream::instance_options o;
      o.service = list.service;
      o.id = fmt::format("payments/{:03}", i);
      o.served_by = fmt::format("{}.{}", o.id, i);
      o.at = at(16 + i, 8080);
      o.queue = upstream::no_limit;
      hosts_.push_back(std::make_unique<net::host>(world, o.id));
      hosts_.back()->set_address(o.at.address);
      auto what = std::make_shared<registry::instance>();
      what->id = o.id;
      what->service = list.service;
      what->address = o.at.address.to_string();
      what->port = o.at.port;
      list.instances.push_back(std::move(what));
      processes_.push_back(std::make_unique<upstream::instance>(*hosts_.back(), std::move(o), nullptr, nullptr));
      processes_.back()->start(true);
    }
    view_.set(std::move(list));
    proxy::options o;
    o.name = "router-0";
    o.pool.max = 10'000;
    router_ = std::make_unique<proxy::router>(router_host_, view_, std::move(o), report.observer());
    auto l = router_host_.listen(router_at);
    router_host_.spawn(router_->serve(std::move(*l)));
  }
  ~mesh_of_one_router() {
    kill_callers();
    router_host_.kill();
    for (auto& h : hosts_) h->kill();
    for (auto& p : processes_) p->died();
    world.run_for(1s);
  }
  net::host& add_caller(std::size_t number) {
    callers_.push_back(std::make_unique<net::host>(world, fmt::format("checkout/{}", number)));
    callers_.back()->set_address(at(4096 + static_cast<unsigned>(number), 0).address);
    return *callers_.back();
  }
  void kill_callers() {
    for (auto& h : callers_) h->kill();
  }
  std::uint64_t requests() const { return router_->counters().requests.value(); }

  static inline const net::endpoint router_at = at(1, 8000);
  sim::sim_world world{1};
  reporter report;
  std::uint64_t next_number = 0;
  std::uint64_t failed = 0;

 private:
  net::host router_host_{world, "router/0"};
  discovery::fixed_resolver view_;
  std::unique_ptr<proxy::router> router_;
  std::vector<std::unique_ptr<net::host>> hosts_, callers_;
  std::vector<std::unique_ptr<upstream::instance>> processes_;
};

/// A client with no more than it needs: writes a request, reads the whole answer, at most `rounds` times.
task<void> call_again_and_again(mesh_of_one_router& m, net::host& me, duration first, std::uint64_t rounds) {
  co_await me.sleep(first);
  net::stream_ptr s = me.open(mesh_of_one_router::router_at);
  const error_code opened = co_await s->opened();
  if (opened) co_return;
  while (rounds-- > 0) {
    const std::uint64_t number = m.next_number++;
    const instant sent = me.now();
    s->deadline(saturating_add(sent, 2s));
    std::string& text = http::scratch_text();
    text.append("GET /payments/charge HTTP/1.1\r\nHost: payments\r\nX-Request-Id: 0-");
    http::append_number(text, number);
    text.append("\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n");
    const error_code bad = co_await s->send(net::buffer_of(text));
    if (bad) co_return;
    for (;;) {
      http::head& h = http::scratch_head();
      const http::verdict v =
          s->peek().empty() ? http::verdict::incomplete : http::parse_response(s->peek(), {}, false, h);
      if (v == http::verdict::complete && s->peek().size() >= h.size + h.length) {
        if (h.status != 200) ++m.failed;
        m.report.ended(number, sent, me.now(), h.status);
        s->consume(h.size + static_cast<std::size_t>(h.length));
        break;
      }
      const error_code ec = co_await s->fill();
      if (ec) {
        ++m.failed;
        co_return;
      }
    }
  }
  s->deadline(never);
  const error_code over = co_await s->fill();
  (void)over;
}

void measure(benchmark::State& state, mesh_of_one_router& m) {
  const std::int64_t clients = state.range(0);
  m.world.run_for(20 * 4 * latency);  // every client has called some times: pools, buffers and caches are warm
  const std::uint64_t requests = m.requests(), events = m.world.events();
  const duration slice = 4 * latency * (20'000 / clients);
  for (auto _ : state) m.world.run_for(slice);
  if (m.failed > 0) state.SkipWithError("a request failed");
  state.SetItemsProcessed(static_cast<std::int64_t>(m.requests() - requests));
  state.counters["events/s"] =
      benchmark::Counter(static_cast<double>(m.world.events() - events), benchmark::Counter::kIsRate);
}

void proxied(benchmark::State& state, bool recording) {
  mesh_of_one_router m(recording);
  const std::int64_t clients = state.range(0);
  for (std::int64_t i = 0; i < clients; ++i) {
    net::host& h = m.add_caller(static_cast<std::size_t>(i));
    h.spawn(call_again_and_again(m, h, 4 * latency * i / clients, ~std::uint64_t{0}));
  }
  measure(state, m);
}

void proxied_requests(benchmark::State& state) {
  proxied(state, false);
}
BENCHMARK(proxied_requests)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

void proxied_and_recorded(benchmark::State& state) {
  proxied(state, true);
}
BENCHMARK(proxied_and_recorded)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

/// The harness's own client in the place of the small one: discovery, retries, pool, and a coroutine a request.
class caller final : public client::listener {
 public:
  caller(mesh_of_one_router& m, net::host& h) : mesh_(m), view_(h, {}) {
    registry::service_list routers;
    routers.service = "payments";
    auto what = std::make_shared<registry::instance>();
    what->id = "router/0";
    what->service = routers.service;
    what->address = mesh_of_one_router::router_at.address.to_string();
    what->port = mesh_of_one_router::router_at.port;
    routers.instances.push_back(std::move(what));
    view_.set(std::move(routers));
    client::client_options o;
    o.service = "payments";
    o.path = "/payments/charge";
    client_ = std::make_unique<client::client>(h, view_, std::move(o), nullptr, *this);
  }
  task<void> begin(duration first) {
    co_await client_->host().sleep(first);
    next();
  }
  void request_ended(const client::ended& e) override {
    if (e.status != 200) ++mesh_.failed;
    mesh_.report.ended(e.number, e.sent, e.end, e.status);
    next();
  }

 private:
  void next() {
    const std::uint64_t number = mesh_.next_number++;
    client_->host().spawn(client_->request(number, fmt::format("0-{}", number), client_->host().now()));
  }
  mesh_of_one_router& mesh_;
  discovery::fixed_resolver view_;
  std::unique_ptr<client::client> client_;
};

void harness_clients_recorded(benchmark::State& state) {
  std::vector<std::unique_ptr<caller>> callers;
  mesh_of_one_router m(true);
  const std::int64_t clients = state.range(0);
  for (std::int64_t i = 0; i < clients; ++i) {
    net::host& h = m.add_caller(static_cast<std::size_t>(i));
    callers.push_back(std::make_unique<caller>(m, h));
    h.spawn(callers.back()->begin(4 * latency * i / clients));
  }
  measure(state, m);
  m.kill_callers();  // coroutines, then what they call, then the world
  callers.clear();
}
BENCHMARK(harness_clients_recorded)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

/// Memory of an idle chain: client, its connection to the router, and what it keeps of the router's connections to
/// instances (few: the clients call one after the other).
void idle_proxied_chain(benchmark::State& state) {
  constexpr std::size_t count = 10'000;
  double bytes = 0;
  for (auto _ : state) {
    std::thread([&] {  // with an empty pool of blocks
      mesh_of_one_router m(false);
      std::vector<net::host*> hosts;
      for (std::size_t i = 0; i < count; ++i) hosts.push_back(&m.add_caller(i));
      const std::size_t before = resident_bytes();
      // One after the other: what they hold when idle, not what all of them would need at once.
      duration first{};
      for (net::host* h : hosts) h->spawn(call_again_and_again(m, *h, first += 20us, 3));
      m.world.run_for(first + 50ms);
      bytes = static_cast<double>(resident_bytes() - before) / count;
      if (m.failed > 0) state.SkipWithError("a request failed");
    })
        .join();
  }
  state.counters["bytes"] = bytes;
}
BENCHMARK(idle_proxied_chain)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace meshgauge::run
