#include <gtest/gtest.h>

#include "fakes/sim/sim_world.hpp"
#include "harness/record/recorder.hpp"
#include "harness/run/director.hpp"
#include "harness/run/small_test.hpp"

/// Killing any host at any instant never crashes, leaks or hangs: a short run is repeated, each time with one host
/// killed after another number of events, and the world must be empty behind it.

namespace meshgauge::run {
namespace {

using namespace std::chrono_literals;
using small::placement;
using small::refresh;

/// Two fleets of two, two loads of three clients in all, two routers, retries; all of it within a second.
scenarios::scenario two_of_everything(placement where, refresh how) {
  scenarios::scenario s = small::mesh(where, how, 800ms, 60);
  s.fleets.push_back(record::example::fleet("ledger", 2));
  for (auto& f : s.fleets) f.startup = distribution::constant(50ms);
  s.loads[0].timeout = 300ms;
  scenarios::load audit = record::example::load("audit");
  audit.arrivals.kind = scenarios::arrivals_config::model::closed;
  audit.arrivals.users = 1;
  audit.arrivals.think = distribution::constant(20ms);
  audit.clients = 1;
  audit.to = 1;
  audit.timeout = 300ms;
  audit.keepalive = false;
  s.loads.push_back(std::move(audit));
  auto& r = s.variants[0].router;
  r.retry = {.count = 1, .on_connect_failure = true, .on_reset = true};
  r.timeout = 100ms;
  return s;
}

/// A whole mesh that can be stopped between two events.
class small_run {
 public:
  small_run(const scenarios::scenario& what, std::uint64_t seed)
      : scenario_(what),
        blocks_before_(net::block_pool::outstanding()),
        stage_(make_stage(scenarios::engine::sim, seed, false)),
        world_(dynamic_cast<sim::sim_world&>(stage_->world())) {
    world_.conditions().set_default({.latency = what.network.latency, .extra = {}});
    mesh_ = std::make_unique<mesh>(*stage_, what, what.variants[0].router);
    problem_ = mesh_->warm_up();
    if (!problem_.empty()) return;
    recorder_ = std::make_unique<record::recorder>(what, 0, seed, scenarios::engine::sim);
    mesh_->begin(*recorder_);
    director_ = std::make_unique<director>(*mesh_, seed);
    first_event_ = world_.events();
    director_->start();
  }

  const std::string& problem() const { return problem_; }
  mesh& who() { return *mesh_; }
  std::uint64_t events() const { return world_.events() - first_event_; }
  std::uint64_t made() const {
    std::uint64_t n = 0;
    for (const std::uint64_t m : director_->made()) n += m;
    return n;
  }

  /// False when the run is over before.
  bool step(std::uint64_t count) {
    const instant end = mesh_->start() + scenario_.end().time_since_epoch();
    while (count-- > 0) {
      if (!world_.step(end)) return false;
    }
    return true;
  }

  /// On to the end. \param lost  requests that died with their client. \param load_may_hang  a closed load whose client
  /// is gone never makes its last request.
  void finish(std::uint64_t lost, bool load_may_hang) {
    const instant end = mesh_->start() + scenario_.end().time_since_epoch();
    stage_->run_until(end, [] { return false; });
    const bool over = stage_->run_until(
        end + 1300ms, [&] { return mesh_->open_requests() == lost && (load_may_hang || director_->loads_done()); });
    EXPECT_TRUE(over) << mesh_->open_requests() << " requests are open, " << lost << " died with their client";
    EXPECT_EQ(mesh_->problem(), "");
    director_->stop();
    mesh_->end();
    each_host([](const net::host& h) { EXPECT_EQ(h.running(), 0U) << h.name(); });
    EXPECT_EQ(mesh_->open_requests(), lost);
    director_.reset();
    mesh_.reset();
    recorder_.reset();
    world_.run_for(10s);
    EXPECT_TRUE(world_.idle());
    EXPECT_EQ(world_.connections(), 0U);
    EXPECT_EQ(world_.armed_timers(), 0U);
    stage_.reset();
    EXPECT_EQ(net::block_pool::outstanding(), blocks_before_);
  }

  void each_host(const std::function<void(const net::host&)>& see) {
    see(mesh_->registry_host());
    for (const auto& fleet : mesh_->fleets) {
      for (const unit* u : fleet) see(*u->host);
    }
    for (const auto& r : mesh_->routers) see(*r.host);
    for (const auto& load : mesh_->clients) {
      for (const auto& c : load) see(*c->host);
    }
  }

 private:
  const scenarios::scenario& scenario_;
  std::size_t blocks_before_;
  std::unique_ptr<stage> stage_;
  sim::sim_world& world_;
  std::unique_ptr<mesh> mesh_;
  std::unique_ptr<record::recorder> recorder_;
  std::unique_ptr<director> director_;
  std::string problem_;
  std::uint64_t first_event_ = 0;
};

struct victim {
  enum class kind { registry, instance, router, client } what = kind::registry;
  std::size_t group = 0, number = 0;
};

std::vector<victim> everybody(mesh& m) {
  std::vector<victim> out{{victim::kind::registry}};
  for (std::size_t f = 0; f < m.fleets.size(); ++f) {
    for (std::size_t n = 0; n < m.fleets[f].size(); ++n) out.push_back({victim::kind::instance, f, n});
  }
  for (std::size_t n = 0; n < m.routers.size(); ++n) out.push_back({victim::kind::router, 0, n});
  for (std::size_t l = 0; l < m.clients.size(); ++l) {
    for (std::size_t n = 0; n < m.clients[l].size(); ++n) out.push_back({victim::kind::client, l, n});
  }
  return out;
}

/// \return requests that died with it.
std::uint64_t kill(mesh& m, const victim& v) {
  switch (v.what) {
    case victim::kind::registry:
      m.kill_registry();
      return 0;
    case victim::kind::instance:
      m.kill(*m.fleets[v.group][v.number]);
      return 0;
    case victim::kind::router:
      m.kill(m.routers[v.number]);
      return 0;
    case victim::kind::client:
      break;
  }
  client_unit& c = *m.clients[v.group][v.number];
  const std::size_t with_it = c.caller->in_flight();
  c.host->kill();
  return with_it;
}

void start(mesh& m, const victim& v) {
  switch (v.what) {
    case victim::kind::registry:
      return m.start_registry();
    case victim::kind::instance:
      if (!m.fleets[v.group][v.number]->up()) m.start_unit(*m.fleets[v.group][v.number], false);
      return;
    case victim::kind::router:
      return m.start_router(m.routers[v.number]);
    case victim::kind::client:
      return;
  }
}

struct mode {
  const char* name;
  placement where;
  refresh how;
};

void PrintTo(const mode& m, std::ostream* out) {
  *out << m.name;
}

class KillAnyHost : public testing::TestWithParam<mode> {};

TEST_P(KillAnyHost, AtAnyEventLeavesNothingBehind) {
  const scenarios::scenario what = two_of_everything(GetParam().where, GetParam().how);
  std::uint64_t events = 0, made = 0;
  std::vector<victim> victims;
  {
    small_run whole(what, 1);
    ASSERT_EQ(whole.problem(), "");
    victims = everybody(whole.who());
    while (whole.step(1)) {
    }
    events = whole.events();
    made = whole.made();
    whole.finish(0, false);
  }
  ASSERT_GT(made, 40U);
  ASSERT_GT(events, 400U);
  // Each host dies at its own set of events: together they cover more instants than one host's stride.
#if defined(__SANITIZE_ADDRESS__)
  constexpr std::uint64_t kills = 40;
#else
  constexpr std::uint64_t kills = 300;
#endif
  const std::uint64_t stride = std::max<std::uint64_t>(1, events / kills);
  for (std::size_t i = 0; i < victims.size(); ++i) {
    for (std::uint64_t n = stride * i / victims.size(); n < events; n += stride) {
      const victim& v = victims[i];
      SCOPED_TRACE(fmt::format("victim {} killed after event {} of {}", i, n, events));
      small_run r(what, 1);
      ASSERT_EQ(r.problem(), "");
      ASSERT_TRUE(r.step(n));
      const std::uint64_t lost = kill(r.who(), v);
      r.finish(lost, v.what == victim::kind::client);
      if (HasFailure()) return;
    }
  }
}

TEST_P(KillAnyHost, ManyDeathsAndReturnsLeaveNothingBehind) {
  const scenarios::scenario what = two_of_everything(GetParam().where, GetParam().how);
  std::uint64_t deaths = 0, returns = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    rng draws = rng(seed).derive("kills");
    small_run r(what, seed);
    ASSERT_EQ(r.problem(), "");
    std::vector<victim> victims = everybody(r.who());
    std::erase_if(victims, [](const victim& v) { return v.what == victim::kind::client; });
    while (r.step(1 + draws.below(80))) {
      const victim& v = victims[draws.below(victims.size())];
      if (draws.chance(0.4)) {
        kill(r.who(), v);
        ++deaths;
      } else {
        start(r.who(), v);
        ++returns;
      }
    }
    r.finish(0, false);
    if (HasFailure()) return;
  }
  EXPECT_GT(deaths, 300U);
  EXPECT_GT(returns, 300U);
}

INSTANTIATE_TEST_SUITE_P(Discovery, KillAnyHost,
                         testing::Values(mode{"ClientPoll", placement::client, refresh::poll},
                                         mode{"ClientWatch", placement::client, refresh::watch},
                                         mode{"ServerWatch", placement::server, refresh::watch},
                                         mode{"ServerOnce", placement::server, refresh::once}),
                         [](const auto& of) { return std::string(of.param.name); });

}  // namespace
}  // namespace meshgauge::run
