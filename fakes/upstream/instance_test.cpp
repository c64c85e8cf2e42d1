#include "fakes/upstream/instance.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "fakes/sim/sim_world.hpp"

namespace meshgauge::upstream {
namespace {

using namespace std::chrono_literals;
using net::error_code;
using net::task;

struct reply {
  unsigned status = 0;  ///< 0: the connection ended without an answer
  bool reset = false;
  bool refused = false;
  bool kept = false;
  std::string text;
  instant end{};
};

/// One request on a connection of its own, in a network without latency.
task<void> ask(net::host& me, net::endpoint to, instant at, std::string request, reply& out) {
  const error_code waited = co_await me.sleep_until(at);
  if (waited) co_return;
  net::stream_ptr s = me.open(to);
  const error_code opened = co_await s->opened();
  if (opened) {
    out.refused = opened == net::refused();
    out.end = me.now();
    co_return;
  }
  const error_code sent = co_await s->send(net::buffer_of(request));
  if (sent) co_return;
  for (;;) {
    http::head& h = http::scratch_head();
    const http::verdict v = http::parse_response(s->peek(), {}, request.starts_with("HEAD"), h);
    if (v == http::verdict::complete && s->peek().size() >= h.size + (h.body == http::framing::length ? h.length : 0)) {
      out.status = h.status;
      out.kept = h.keep_alive;
      out.text = s->peek();
      out.end = me.now();
      co_return;
    }
    const error_code ec = co_await s->fill();
    if (ec) {
      out.reset = ec == net::reset();
      out.end = me.now();
      co_return;
    }
  }
}

class Instance : public testing::Test {
 protected:
  ~Instance() override {
    caller.kill();
    for (auto& m : machines) m->kill();
    for (auto& p : processes) p->died();
    world.run_for(1s);
  }
  static net::endpoint at(unsigned n) { return {boost::asio::ip::address_v4(0x0a000000U + n), 80}; }

  instance& start(instance_options o, bool warm = true) {
    const auto n = static_cast<unsigned>(machines.size() + 1);
    o.service = "payments";
    if (o.id.empty()) o.id = "payments/" + std::to_string(n - 1);
    o.at = at(n);
    machines.push_back(std::make_unique<net::host>(world, o.id));
    net::host* h = machines.back().get();
    processes.push_back(std::make_unique<instance>(
        *h, std::move(o), [this](truth t) { life.emplace_back(world.now().time_since_epoch(), t); },
        [this] { exited = world.now().time_since_epoch(); }));
    processes.back()->start(warm);
    return *processes.back();
  }
  reply& get(instance& from, duration when, std::string_view id, std::string_view path = "/",
             std::string_view method = "GET") {
    std::string text;
    text.append(method).append(" ").append(path).append(" HTTP/1.1\r\nHost: payments\r\n");
    if (!id.empty()) text.append("X-Request-Id: ").append(id).append("\r\n");
    text.append("\r\n");
    reply& r = replies.emplace_back();
    caller.spawn(ask(caller, from.options().at, instant{} + when, std::move(text), r));
    return r;
  }

  sim::sim_world world{1};
  net::host caller{world, "caller"};
  std::vector<std::unique_ptr<net::host>> machines;
  std::vector<std::unique_ptr<instance>> processes;
  std::deque<reply> replies;
  std::vector<std::pair<duration, truth>> life;
  duration exited{};
};

TEST_F(Instance, WorkersAndQueueAreAFirstComeFirstServedQueue) {
  constexpr unsigned workers = 3;
  constexpr std::size_t places = 4, count = 3000;
  instance_options o;
  o.workers = workers;
  o.queue = places;
  o.service_time = distribution::exponential(10ms);
  instance& i = start(o);
  // The exact recursion: an arrival that finds all places taken is turned away, others take the worker free first.
  rng gaps = rng(5).derive("gaps");
  const distribution gap = distribution::exponential(3ms);
  std::vector<duration> free(workers), done;
  std::vector<std::pair<unsigned, duration>> expected;
  duration t = 1ms;
  std::size_t turned_away = 0, waited = 0;
  for (std::size_t n = 0; n < count; ++n) {
    t += gap.sample(gaps) + 1ns;
    const std::string id = "0-" + std::to_string(n);
    get(i, t, id);
    rng own = world.random().derive(hash_name(id)).derive("service");
    const duration work = o.service_time.sample(own);
    std::erase_if(done, [&](duration d) { return d <= t; });
    if (done.size() >= workers + places) {
      expected.emplace_back(503, t);
      ++turned_away;
      continue;
    }
    auto first = std::min_element(free.begin(), free.end());
    waited += *first > t;
    *first = std::max(*first, t) + work;
    done.push_back(*first);
    expected.emplace_back(200, *first);
  }
  world.run_for(60s);
  EXPECT_GT(turned_away, count / 50);
  EXPECT_GT(waited, count / 2);
  for (std::size_t n = 0; n < count; ++n) {
    ASSERT_EQ(replies[n].status, expected[n].first) << n;
    ASSERT_EQ(replies[n].end.time_since_epoch(), expected[n].second) << n;
    ASSERT_EQ(replies[n].text.find("queue-full") != std::string::npos, expected[n].first == 503);
  }
  EXPECT_EQ(i.in_flight(), 0U);
  EXPECT_EQ(i.served(), count);
}

TEST_F(Instance, WorkBelongsToTheRequestNotToWhoServesIt) {
  instance_options o;
  o.service_time = distribution::lognormal(0.5, 5ms, 0.99, 50ms);
  instance& a = start(o);
  instance& b = start(o);
  for (int n = 0; n < 50; ++n) {
    const std::string id = "0-" + std::to_string(n);
    get(a, 1ms, id);
    get(b, 1ms, id);
  }
  world.run_for(2s);
  std::size_t different = 0;
  for (std::size_t n = 0; n < 100; n += 2) {
    EXPECT_EQ(replies[n].end, replies[n + 1].end);
    different += replies[n].end != replies[0].end;
  }
  EXPECT_GT(different, 40U);
}

TEST_F(Instance, RequestsWithoutAnIdDoNotAllTakeEquallyLong) {
  instance_options o;
  o.service_time = distribution::exponential(5ms);
  instance& i = start(o);
  const reply& a = get(i, 1ms, "");
  const reply& b = get(i, 1ms, "");
  world.run_for(1s);
  EXPECT_EQ(a.status, 200U);
  EXPECT_NE(a.end, b.end);
}

TEST_F(Instance, ListensOnlyWhenItHasStartedUp) {
  instance_options o;
  o.startup = 200ms;
  instance& i = start(o, false);
  const reply& early = get(i, 199ms, "0-0");
  const reply& late = get(i, 201ms, "0-1");
  world.run_for(1s);
  EXPECT_TRUE(early.refused);
  EXPECT_EQ(late.status, 200U);
  EXPECT_EQ(life, (std::vector<std::pair<duration, truth>>{{0ms, truth::starting}, {200ms, truth::serving}}));
}

TEST_F(Instance, StoppedWhileItStartsUpItNeverServes) {
  instance_options o;
  o.startup = 200ms;
  o.shutdown = {{step_kind::wait, 500ms, {}}, {step_kind::exit, {}, {}}};
  instance& i = start(o, false);
  world.run_for(100ms);
  i.stop();
  const reply& r = get(i, 400ms, "0-0");
  world.run_for(1s);
  EXPECT_TRUE(r.refused);
  EXPECT_EQ(exited, 600ms);
}

TEST_F(Instance, DrainAnswers503AndFinishesWhatItHas) {
  instance_options o;
  o.service_time = distribution::constant(100ms);
  o.shutdown = {{step_kind::wait, 50ms, {}}, {step_kind::drain, 5s, drain_mode::answer_503}, {step_kind::exit, {}, {}}};
  instance& i = start(o);
  const reply& before = get(i, 90ms, "0-0");
  const reply& waiting = get(i, 149ms, "0-1");
  const reply& during = get(i, 160ms, "0-2");
  world.run_for(100ms);
  i.stop();
  i.stop();  // twice is once
  world.run_for(1s);
  EXPECT_EQ(before.status, 200U);
  EXPECT_EQ(waiting.status, 200U);
  EXPECT_EQ(waiting.end.time_since_epoch(), 249ms);
  EXPECT_EQ(during.status, 503U);
  EXPECT_FALSE(during.kept);
  EXPECT_EQ(during.text.find("queue-full"), std::string::npos);
  EXPECT_GE(exited, 249ms);
  EXPECT_LE(exited, 260ms);
  EXPECT_EQ(life.back(), std::make_pair(duration(150ms), truth::draining));
}

TEST_F(Instance, DrainByRefusingClosesTheDoor) {
  instance_options o;
  o.service_time = distribution::constant(100ms);
  o.shutdown = {{step_kind::drain, 5s, drain_mode::refuse}, {step_kind::exit, {}, {}}};
  instance& i = start(o);
  const reply& before = get(i, 90ms, "0-0");
  const reply& during = get(i, 110ms, "0-1");
  world.run_for(100ms);
  i.stop();
  world.run_for(1s);
  EXPECT_EQ(before.status, 200U);
  EXPECT_TRUE(during.refused);
  EXPECT_GE(exited, 190ms);
}

TEST_F(Instance, DrainThatServesGoesOnUntilItsTimeIsUp) {
  instance_options o;
  o.service_time = distribution::constant(100ms);
  o.shutdown = {{step_kind::drain, 300ms, drain_mode::serve}, {step_kind::exit, {}, {}}};
  instance& i = start(o);
  for (int n = 0; n < 20; ++n) get(i, 90ms + 50ms * n, "0-" + std::to_string(n));
  world.run_for(100ms);
  i.stop();
  world.run_for(2s);
  for (const reply& r : replies) EXPECT_EQ(r.status, 200U);
  EXPECT_EQ(exited, 400ms);
}

TEST_F(Instance, HealthIsAnsweredAtOnceAndTakesNoWorker) {
  instance_options o;
  o.service_time = distribution::constant(100ms);
  o.workers = 1;
  o.queue = 0;
  o.errors = {{500, 1, ""}};
  instance& i = start(o);
  const reply& work = get(i, 1ms, "0-0");
  const reply& health = get(i, 2ms, "0-1", "/healthz?verbose");
  const reply& turned_away = get(i, 3ms, "0-2", "/healthz/no");
  world.run_for(1s);
  EXPECT_EQ(work.status, 500U);
  EXPECT_EQ(work.end.time_since_epoch(), 101ms);  // an error is work, too
  EXPECT_EQ(health.status, 200U);
  EXPECT_EQ(health.end.time_since_epoch(), 2ms);
  EXPECT_EQ(turned_away.status, 503U);
}

TEST_F(Instance, ErrorsHitTheirPathAtTheirRate) {
  instance_options o;
  o.errors = {{418, 1, "/tea"}, {500, 0.25, ""}};
  instance& i = start(o);
  for (int n = 0; n < 400; ++n) get(i, 1ms * n, "0-" + std::to_string(n));
  const reply& tea = get(i, 500ms, "1-0", "/tea/pot");
  world.run_for(1s);
  const auto failed = std::count_if(replies.begin(), replies.end(), [](const reply& r) { return r.status == 500; });
  EXPECT_NEAR(static_cast<double>(failed), 100, 4 * 8.7);
  EXPECT_EQ(tea.status, 418U);
}

TEST_F(Instance, FaultsByRateDrawByTheRequest) {
  // The same requests are hit on any instance, and a lower rate hits a part of what a higher one hits.
  std::vector<std::vector<bool>> hit;
  for (const double rate : {0.2, 0.2, 0.5}) {
    instance& i = start({});
    i.inflict({.kind = fault_kind::error, .rate = rate, .status = 502});
    const std::size_t first = replies.size();
    for (int n = 0; n < 300; ++n) get(i, 1ms, "0-" + std::to_string(n));
    world.run_for(1s);
    std::vector<bool>& h = hit.emplace_back();
    for (std::size_t n = first; n < replies.size(); ++n) h.push_back(replies[n].status == 502);
  }
  EXPECT_EQ(hit[0], hit[1]);
  const auto count = [&](std::size_t k) { return static_cast<double>(std::count(hit[k].begin(), hit[k].end(), true)); };
  EXPECT_NEAR(count(0), 60, 28);
  EXPECT_NEAR(count(2), 150, 35);
  for (std::size_t n = 0; n < 300; ++n) EXPECT_LE(hit[0][n], hit[2][n]);
}

TEST_F(Instance, FaultsEndWhenTheyAreHealed) {
  instance_options o;
  o.service_time = distribution::constant(10ms);
  instance& i = start(o);
  const auto slow = i.inflict({.kind = fault_kind::slow, .factor = 5, .extra = distribution::constant(3ms)});
  const auto more = i.inflict({.kind = fault_kind::slow, .factor = 2});
  const reply& both = get(i, 0ms, "0-0");
  world.run_for(500ms);
  i.heal(slow);
  const reply& one = get(i, 1s, "0-1");
  world.run_for(1s);
  i.heal(more);
  const reply& none = get(i, 2s, "0-2");
  world.run_for(1s);
  EXPECT_EQ(both.end.time_since_epoch(), 103ms);
  EXPECT_EQ(one.end.time_since_epoch(), 1020ms);
  EXPECT_EQ(none.end.time_since_epoch(), 2010ms);
}

TEST_F(Instance, HangHoldsOnUntilTheCallerGoesAndResetDoesNot) {
  instance& i = start({});
  const auto hang = i.inflict({.kind = fault_kind::hang});
  const reply& held = get(i, 1ms, "0-0");
  world.run_for(10s);
  EXPECT_EQ(held.status, 0U);
  EXPECT_EQ(held.end, instant{});
  i.heal(hang);
  i.inflict({.kind = fault_kind::reset});
  const reply& cut = get(i, 11s, "0-1");
  world.run_for(10s);
  EXPECT_TRUE(cut.reset);
  EXPECT_EQ(machines[0]->running(), 2U);  // accept, and the one that hangs
  caller.kill();
  world.run_for(1s);
  EXPECT_EQ(machines[0]->running(), 1U);
}

TEST_F(Instance, HeadHasNoBodyAndOddRequestsAreRefused) {
  instance& i = start({});
  const reply& head = get(i, 1ms, "0-0", "/", "HEAD");
  const reply& odd = get(i, 1ms, "0-1", "no-slash");
  world.run_for(1s);
  EXPECT_EQ(head.status, 200U);
  EXPECT_TRUE(head.text.ends_with("\r\n\r\n"));
  EXPECT_EQ(odd.status, 400U);
  EXPECT_FALSE(odd.kept);
}

TEST_F(Instance, KilledAndStartedAgainItBeginsAnew) {
  instance_options o;
  o.service_time = distribution::constant(1s);
  o.workers = 1;
  instance& i = start(o);
  i.inflict({.kind = fault_kind::slow, .factor = 9});
  get(i, 1ms, "0-0");
  world.run_for(10ms);
  EXPECT_EQ(i.in_flight(), 1U);
  machines[0]->kill();
  i.died();
  EXPECT_EQ(i.in_flight(), 0U);
  EXPECT_EQ(machines[0]->running(), 0U);
  machines[0]->revive();
  i.start(true);
  const reply& after = get(i, 20ms, "0-1");
  world.run_for(5s);
  EXPECT_TRUE(replies[0].reset);
  EXPECT_EQ(after.end.time_since_epoch(), 1020ms);
}

}  // namespace
}  // namespace meshgauge::upstream
