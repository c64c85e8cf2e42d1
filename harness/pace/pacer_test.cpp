#include "harness/pace/pacer.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "fakes/sim/sim_world.hpp"

namespace meshgauge::pace {
namespace {

using namespace std::chrono_literals;
using net::error_code;
using net::task;

/// Answers at once, but nothing at all between `stall_from` and `stall_to`.
struct program {
  instant stall_from = never, stall_to = never;
  std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  std::vector<instant> arrivals;
  unsigned connections = 0;
};

task<void> connection(net::host& h, net::stream_ptr s, program& p) {
  for (;;) {
    const error_code ec = co_await s->fill();
    if (ec) co_return;
    s->consume(s->peek().size());  // a request is one piece here
    p.arrivals.push_back(h.now());
    if (h.now() >= p.stall_from && h.now() < p.stall_to) {
      const error_code slept = co_await h.sleep_until(p.stall_to);
      if (slept) co_return;
    }
    const error_code sent = co_await s->send(net::buffer_of(p.answer));
    if (sent) co_return;
  }
}

task<void> serve(net::host& h, net::listener_ptr at, program& p) {
  for (;;) {
    auto s = co_await at->accept();
    if (!s) co_return;
    ++p.connections;
    h.spawn(connection(h, std::move(*s), p));
  }
}

task<void> play_to_end(net::host& h, plan p, outcome& o, bool& done) {
  co_await play(h, std::move(p), o);
  done = true;
}

outcome played(plan p, program& program) {
  sim::sim_world w{1};
  net::host server(w, "server"), generator(w, "generator");
  p.to = {boost::asio::ip::address_v4(0x0a000001U), 80};
  auto door = server.listen(p.to);
  EXPECT_TRUE(door.has_value());
  server.spawn(serve(server, std::move(*door), program));
  outcome o;
  bool done = false;
  generator.spawn(play_to_end(generator, std::move(p), o, done));
  EXPECT_TRUE(w.run_until(w.now() + 60s, [&] { return done; }));
  generator.kill();
  server.kill();
  return o;
}

TEST(Pacer, MakesAsManyRequestsAsTheRateSays) {
  program p;
  const outcome o = played({.connections = 4, .rate = 300, .length = 2s}, p);
  EXPECT_EQ(o.latencies.size(), 600U);
  EXPECT_EQ(o.failed, 0U);
  EXPECT_EQ(p.connections, 4U);
}

TEST(Pacer, TheWarmUpIsPlayedButNotMeasured) {
  program p;
  const outcome o = played({.connections = 4, .rate = 100, .warm_up = 1s, .length = 2s}, p);
  EXPECT_EQ(o.latencies.size(), 200U);
  EXPECT_EQ(p.arrivals.size(), 300U);
}

TEST(Pacer, AStallIsFeltByEveryRequestThatWasDueInIt) {
  program p{.stall_from = instant(1s), .stall_to = instant(2s)};
  outcome o = played({.connections = 2, .rate = 100, .length = 4s}, p);
  ASSERT_EQ(o.latencies.size(), 400U);
  // 100 of 400 were due while nothing was answered, the first of them a whole second early; with only two connections
  // a closed load would have noticed two.
  const auto slow = std::count_if(o.latencies.begin(), o.latencies.end(), [](duration d) { return d > 100ms; });
  EXPECT_NEAR(static_cast<double>(slow), 90, 2);
  EXPECT_GT(quantile(o.latencies, 990), 900ms);
  EXPECT_LT(quantile(o.latencies, 500), 10ms);
}

TEST(Pacer, WaitingForAFreeConnectionIsNotTheGeneratorsLateness) {
  program p{.stall_from = instant(1s), .stall_to = instant(2s)};
  outcome o = played({.connections = 2, .rate = 100, .length = 4s}, p);
  EXPECT_LT(o.lateness.size(), o.latencies.size());
  EXPECT_LT(quantile(o.lateness, 1000), 1ms);
}

TEST(Pacer, AnotherStatusIsAFailureAndNoLatency) {
  program p{.answer = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"};
  const outcome o = played({.connections = 2, .rate = 50, .length = 1s}, p);
  EXPECT_EQ(o.failed, 50U);
  EXPECT_TRUE(o.latencies.empty());
}

TEST(Quantile, IsTheNearestRank) {
  std::vector<duration> v{5ns, 1ns, 4ns, 2ns, 3ns};
  EXPECT_EQ(quantile(v, 0), 1ns);
  EXPECT_EQ(quantile(v, 500), 3ns);
  EXPECT_EQ(quantile(v, 600), 3ns);
  EXPECT_EQ(quantile(v, 601), 4ns);
  EXPECT_EQ(quantile(v, 1000), 5ns);
  std::vector<duration> none;
  EXPECT_EQ(quantile(none, 500), 0ns);
}

}  // namespace
}  // namespace meshgauge::pace
