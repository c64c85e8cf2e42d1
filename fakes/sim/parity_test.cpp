// Every behaviour of a socket that the simulated network claims, as one test that runs in both worlds and expects the
// same bytes and the same error codes.

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "fakes/sim/sim_world.hpp"
#include "router/net/live/live_world.hpp"

namespace meshgauge {
namespace {

using namespace std::chrono_literals;
using net::closing;
using net::error_code;
using net::host;
using net::stream_ptr;
using net::task;

struct sim_env {
  sim::sim_world world{1};
  net::endpoint any(unsigned n) { return {boost::asio::ip::address_v4(0x0a000000U + n), 80}; }
};

struct live_env {
  net::live::live_world world{{.seed = 1, .emulate_network = true}};
  net::endpoint any(unsigned n) {  // an address of this process alone, so that ports cannot clash
    const auto pid = static_cast<unsigned>(::getpid());
    return {boost::asio::ip::address_v4(0x7f000000U | (((pid % 60000) + 256) << 8) | (n + 1)), 8080};
  }
};

template <class Env>
class Parity : public testing::Test {
 public:
  ~Parity() override {
    client.kill();
    server.kill();
    settle();
  }
  bool run(const std::function<bool()>& done, duration at_most = 5s) {
    return env.world.run_until(env.world.now() + at_most, done);
  }
  void settle(duration d = 20ms) { env.world.run_until(env.world.now() + d); }
  net::listener_ptr listen() {
    auto l = server.listen(env.any(1));
    EXPECT_TRUE(l.has_value()) << l.error().message();
    return std::move(*l);
  }

  Env env;
  host client{env.world, "client"};
  host server{env.world, "server/0"};
};
using Worlds = testing::Types<sim_env, live_env>;
TYPED_TEST_SUITE(Parity, Worlds);

struct connection_pair {
  stream_ptr client, server;
};

task<void> accept_one(net::listener& l, stream_ptr& out) {
  auto s = co_await l.accept();
  if (s) out = std::move(*s);
}

task<void> connect(host& h, net::endpoint to, stream_ptr& out, error_code& ec, bool& done, duration timeout = 2s) {
  out = h.open(to);
  out->deadline(h.now() + timeout);
  ec = co_await out->opened();
  out->deadline(never);
  done = true;
}

struct reading {
  std::string got;
  error_code end;
  bool done = false;
};

task<void> read_to_end(net::stream& s, reading& r) {
  for (;;) {
    r.end = co_await s.fill();
    if (r.end) break;
    r.got += s.peek();
    s.consume(s.peek().size());
  }
  r.done = true;
}

struct writing {
  error_code ec;
  bool done = false;
};

task<void> write(net::stream& s, std::string text, writing& w) {
  w.ec = co_await s.send(net::buffer_of(text));
  w.done = true;
}

template <class Test>
connection_pair join(Test& t, net::listener& l) {
  connection_pair p;
  error_code ec;
  bool done = false;
  t.server.spawn(accept_one(l, p.server));
  t.client.spawn(connect(t.client, l.local(), p.client, ec, done));
  EXPECT_TRUE(t.run([&] { return done && p.server != nullptr; }));
  EXPECT_FALSE(ec) << ec.message();
  return p;
}

task<void> echo(stream_ptr s) {
  for (;;) {
    const error_code filled = co_await s->fill();
    if (filled) co_return;
    const std::string text(s->peek());
    s->consume(text.size());
    const error_code sent = co_await s->send(net::buffer_of(text));
    if (sent) co_return;
  }
}

task<void> serve_echo(host& h, net::listener_ptr l) {
  for (;;) {
    auto s = co_await l->accept();
    if (!s) co_return;
    h.spawn(echo(std::move(*s)));
  }
}

TYPED_TEST(Parity, AnEchoComesBack) {
  auto l = this->listen();
  const auto at = l->local();
  this->server.spawn(serve_echo(this->server, std::move(l)));
  stream_ptr s;
  error_code ec;
  bool done = false;
  this->client.spawn(connect(this->client, at, s, ec, done));
  ASSERT_TRUE(this->run([&] { return done; }));
  ASSERT_FALSE(ec);
  writing w;
  this->client.spawn(write(*s, "hello", w));
  reading r;
  this->client.spawn(read_to_end(*s, r));
  ASSERT_TRUE(this->run([&] { return r.got.size() == 5; }));
  EXPECT_EQ(r.got, "hello");
  EXPECT_FALSE(w.ec);
}

TYPED_TEST(Parity, ConnectToAClosedPortIsRefused) {
  stream_ptr s;
  error_code ec;
  bool done = false;
  this->client.spawn(connect(this->client, this->env.any(7), s, ec, done));
  ASSERT_TRUE(this->run([&] { return done; }));
  EXPECT_EQ(ec, net::refused());
  writing w;
  this->client.spawn(write(*s, "x", w));
  ASSERT_TRUE(this->run([&] { return w.done; }));
  EXPECT_EQ(w.ec, net::refused());
}

TYPED_TEST(Parity, ConnectIntoABlackHoleEndsAtItsDeadline) {
  auto l = this->listen();
  this->env.world.conditions().add({.from = {{"client"}}, .to = {{"server/"}}, .blocked = true});
  stream_ptr s;
  error_code ec;
  bool done = false;
  const instant start = this->env.world.now();
  this->client.spawn(connect(this->client, l->local(), s, ec, done, 100ms));
  ASSERT_TRUE(this->run([&] { return done; }));
  EXPECT_EQ(ec, net::errc::timed_out);
  EXPECT_GE(this->env.world.now() - start, 100ms);
}

TYPED_TEST(Parity, ADeadHostBehindAPartitionIsSilentToo) {
  auto l = this->listen();
  const auto at = l->local();
  l.reset();
  this->env.world.conditions().add({.from = {{"client"}}, .to = {{"server/"}}, .blocked = true});
  stream_ptr s;
  error_code ec;
  bool done = false;
  this->client.spawn(connect(this->client, at, s, ec, done, 100ms));
  ASSERT_TRUE(this->run([&] { return done; }));
  EXPECT_EQ(ec, net::errc::timed_out);
}

TYPED_TEST(Parity, ASlowConnectTakesARoundTrip) {
  auto l = this->listen();
  this->env.world.conditions().add({.from = {{"*"}}, .to = {{"*"}}, .latency = distribution::constant(30ms)});
  const instant start = this->env.world.now();
  auto p = join(*this, *l);
  EXPECT_GE(this->env.world.now() - start, 60ms);
  EXPECT_LE(this->env.world.now() - start, 160ms);
}

TYPED_TEST(Parity, LatencyDelaysBytesAndKeepsTheirOrder) {
  auto l = this->listen();
  this->env.world.conditions().add(
      {.from = {{"client"}}, .to = {{"server/"}}, .latency = distribution::constant(30ms), .jitter = 20ms});
  auto p = join(*this, *l);
  reading r;
  this->server.spawn(read_to_end(*p.server, r));
  const instant start = this->env.world.now();
  std::vector<std::unique_ptr<writing>> writes;
  std::string all;
  for (int i = 0; i < 20; ++i) {
    writes.push_back(std::make_unique<writing>());
    const std::string text = std::to_string(i) + ",";
    all += text;
    this->client.spawn(write(*p.client, text, *writes.back()));
  }
  ASSERT_TRUE(this->run([&] { return r.got.size() == all.size(); }));
  EXPECT_EQ(r.got, all);
  EXPECT_GE(this->env.world.now() - start, 30ms);
  EXPECT_LE(this->env.world.now() - start, 130ms);
}

TYPED_TEST(Parity, AHalfClosedStreamStillReads) {
  auto l = this->listen();
  auto p = join(*this, *l);
  reading at_server, at_client;
  writing asked, answered, late;
  this->client.spawn(write(*p.client, "question", asked));
  p.client->close(closing::send);
  this->server.spawn(read_to_end(*p.server, at_server));
  ASSERT_TRUE(this->run([&] { return at_server.done; }));
  EXPECT_EQ(at_server.got, "question");
  EXPECT_EQ(at_server.end, net::end_of_stream());
  this->server.spawn(write(*p.server, "answer", answered));
  p.server->close(closing::graceful);
  this->client.spawn(read_to_end(*p.client, at_client));
  ASSERT_TRUE(this->run([&] { return at_client.done; }));
  EXPECT_EQ(at_client.got, "answer");
  EXPECT_EQ(at_client.end, net::end_of_stream());
  this->client.spawn(write(*p.client, "more", late));
  ASSERT_TRUE(this->run([&] { return late.done; }));
  EXPECT_EQ(late.ec, net::broken_pipe());
}

TYPED_TEST(Parity, AResetEndsReadingAndWriting) {
  auto l = this->listen();
  auto p = join(*this, *l);
  reading r;
  writing w;
  this->client.spawn(read_to_end(*p.client, r));
  p.server->close(closing::reset);
  ASSERT_TRUE(this->run([&] { return r.done; }));
  EXPECT_EQ(r.end, net::reset());
  this->client.spawn(write(*p.client, "x", w));
  ASSERT_TRUE(this->run([&] { return w.done; }));
  EXPECT_EQ(w.ec, net::reset());
}

TYPED_TEST(Parity, AWriterMeetsTheResetFirstAndTheReaderStillHearsOfIt) {
  auto l = this->listen();
  auto p = join(*this, *l);
  p.server->close(closing::reset);
  this->settle();
  writing w;
  this->client.spawn(write(*p.client, "x", w));
  reading r;
  this->client.spawn(read_to_end(*p.client, r));
  ASSERT_TRUE(this->run([&] { return w.done && r.done; }));
  EXPECT_EQ(w.ec, net::reset());
  EXPECT_EQ(r.end, net::reset());
}

TYPED_TEST(Parity, BytesBeforeAResetReachALateReader) {
  auto l = this->listen();
  auto p = join(*this, *l);
  writing w;
  this->server.spawn(write(*p.server, "last words", w));
  p.server->close(closing::reset);
  this->settle();
  reading r;
  this->client.spawn(read_to_end(*p.client, r));
  ASSERT_TRUE(this->run([&] { return r.done; }));
  EXPECT_EQ(r.got, "last words");
  EXPECT_EQ(r.end, net::reset());
}

TYPED_TEST(Parity, WritingToAPeerThatHasClosedFailsTheSecondTime) {
  auto l = this->listen();
  auto p = join(*this, *l);
  p.server->close(closing::graceful);
  this->settle();
  reading r;
  this->client.spawn(read_to_end(*p.client, r));
  ASSERT_TRUE(this->run([&] { return r.done; }));
  EXPECT_EQ(r.end, net::end_of_stream());
  writing first, second;
  this->client.spawn(write(*p.client, "x", first));
  this->settle();
  this->client.spawn(write(*p.client, "y", second));
  ASSERT_TRUE(this->run([&] { return first.done && second.done; }));
  EXPECT_FALSE(first.ec);
  EXPECT_EQ(second.ec, net::broken_pipe());
}

TYPED_TEST(Parity, ClosingWithUnreadBytesResets) {
  auto l = this->listen();
  auto p = join(*this, *l);
  writing w;
  this->client.spawn(write(*p.client, "nobody reads this", w));
  this->settle();
  p.server->close(closing::graceful);
  reading r;
  this->client.spawn(read_to_end(*p.client, r));
  ASSERT_TRUE(this->run([&] { return r.done; }));
  EXPECT_EQ(r.end, net::reset());
}

TYPED_TEST(Parity, ASenderWaitsForAReader) {
  auto l = this->listen();
  auto p = join(*this, *l);
  constexpr std::size_t size = 16 * 1024 * 1024;
  writing w;
  this->client.spawn(write(*p.client, std::string(size, 'x'), w));
  this->settle(50ms);
  EXPECT_FALSE(w.done);
  reading r;
  this->server.spawn(read_to_end(*p.server, r));
  ASSERT_TRUE(this->run([&] { return w.done && r.got.size() == size; }));
  EXPECT_FALSE(w.ec);
}

TYPED_TEST(Parity, APassedDeadlineLeavesTheStreamUsable) {
  auto l = this->listen();
  auto p = join(*this, *l);
  reading r;
  const instant start = this->env.world.now();
  p.server->deadline(start + 30ms);
  this->server.spawn(read_to_end(*p.server, r));
  ASSERT_TRUE(this->run([&] { return r.done; }));
  EXPECT_EQ(r.end, net::errc::timed_out);
  EXPECT_GE(this->env.world.now() - start, 30ms);
  writing late, told;
  this->server.spawn(write(*p.server, "x", late));
  EXPECT_EQ(late.ec, net::errc::timed_out);
  p.server->deadline(never);
  this->server.spawn(write(*p.server, "too slow", told));
  reading at_client;
  this->client.spawn(read_to_end(*p.client, at_client));
  ASSERT_TRUE(this->run([&] { return at_client.got == "too slow"; }));
}

TYPED_TEST(Parity, AMovedDeadlineFiresOnceAndAtTheLastTime) {
  auto l = this->listen();
  auto p = join(*this, *l);
  const instant start = this->env.world.now();
  p.client->deadline(start + 20ms);
  p.client->deadline(start + 80ms);
  reading r;
  this->client.spawn(read_to_end(*p.client, r));
  ASSERT_TRUE(this->run([&] { return r.done; }));
  EXPECT_EQ(r.end, net::errc::timed_out);
  EXPECT_GE(this->env.world.now() - start, 80ms);
  p.client->deadline(never);
  reading again;
  this->client.spawn(read_to_end(*p.client, again));
  this->settle(150ms);
  EXPECT_FALSE(again.done);
}

TYPED_TEST(Parity, ConnectionsWaitForAccept) {
  auto l = this->listen();
  stream_ptr a, b;
  error_code ec;
  bool done = false;
  this->client.spawn(connect(this->client, l->local(), a, ec, done));
  ASSERT_TRUE(this->run([&] { return done; }));
  EXPECT_FALSE(ec);
  this->settle();
  this->server.spawn(accept_one(*l, b));
  ASSERT_TRUE(this->run([&] { return b != nullptr; }));
}

TYPED_TEST(Parity, AClosedListenerResetsWhoWaitsAndRefusesWhoComes) {
  auto l = this->listen();
  const auto at = l->local();
  stream_ptr waiting, late;
  error_code ec;
  bool done = false;
  this->client.spawn(connect(this->client, at, waiting, ec, done));
  ASSERT_TRUE(this->run([&] { return done; }));
  this->settle();
  l->close();
  reading r;
  this->client.spawn(read_to_end(*waiting, r));
  ASSERT_TRUE(this->run([&] { return r.done; }));
  EXPECT_EQ(r.end, net::reset());
  done = false;
  this->client.spawn(connect(this->client, at, late, ec, done));
  ASSERT_TRUE(this->run([&] { return done; }));
  EXPECT_EQ(ec, net::refused());
}

TYPED_TEST(Parity, AcceptEndsWhenItsListenerCloses) {
  auto l = this->listen();
  stream_ptr s;
  this->server.spawn(accept_one(*l, s));
  EXPECT_EQ(this->server.running(), 1U);
  l->close();
  EXPECT_TRUE(this->run([&] { return this->server.running() == 0; }));
}

TYPED_TEST(Parity, AnAddressIsListenedToOnce) {
  auto l = this->listen();
  auto second = this->server.listen(l->local());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error(), boost::asio::error::address_in_use);
}

TYPED_TEST(Parity, AKilledHostResetsItsConnectionsAndRefusesNewOnes) {
  auto l = this->listen();
  const auto at = l->local();
  this->server.spawn(serve_echo(this->server, std::move(l)));
  stream_ptr s, late;
  error_code ec;
  bool done = false;
  this->client.spawn(connect(this->client, at, s, ec, done));
  ASSERT_TRUE(this->run([&] { return done; }));
  writing w;
  this->client.spawn(write(*s, "hello", w));
  reading r;
  this->client.spawn(read_to_end(*s, r));
  ASSERT_TRUE(this->run([&] { return r.got == "hello"; }));
  this->server.kill();
  EXPECT_EQ(this->server.running(), 0U);
  EXPECT_EQ(this->server.open_streams(), 0U);
  ASSERT_TRUE(this->run([&] { return r.done; }));
  EXPECT_EQ(r.end, net::reset());
  done = false;
  this->client.spawn(connect(this->client, at, late, ec, done));
  ASSERT_TRUE(this->run([&] { return done; }));
  EXPECT_EQ(ec, net::refused());
  // And it can come back.
  this->server.revive();
  auto again = this->server.listen(at);
  ASSERT_TRUE(again.has_value()) << again.error().message();
}

task<void> sleep_long(host& h, error_code& ec) {
  ec = co_await h.sleep(1h);
}

TYPED_TEST(Parity, AStoppedHostCancelsWhatWaits) {
  auto l = this->listen();
  auto p = join(*this, *l);
  reading r;
  error_code slept;
  this->server.spawn(read_to_end(*p.server, r));
  this->server.spawn(sleep_long(this->server, slept));
  this->server.spawn(serve_echo(this->server, std::move(l)));
  this->server.stop();
  ASSERT_TRUE(this->run([&] { return this->server.running() == 0; }));
  EXPECT_EQ(r.end, net::aborted());
  EXPECT_EQ(slept, net::aborted());
  writing w;
  this->server.spawn(write(*p.server, "x", w));
  EXPECT_EQ(w.ec, net::aborted());
}

TYPED_TEST(Parity, APausedHostTakesConnectionsAndBytesButSaysNothing) {
  auto l = this->listen();
  const auto at = l->local();
  this->server.spawn(serve_echo(this->server, std::move(l)));
  this->server.pause();
  stream_ptr s;
  error_code ec;
  bool done = false;
  this->client.spawn(connect(this->client, at, s, ec, done));
  ASSERT_TRUE(this->run([&] { return done; }));
  EXPECT_FALSE(ec);
  writing w;
  this->client.spawn(write(*s, "hello", w));
  reading r;
  this->client.spawn(read_to_end(*s, r));
  this->settle(100ms);
  EXPECT_TRUE(w.done);
  EXPECT_EQ(r.got, "");
  this->server.resume();
  ASSERT_TRUE(this->run([&] { return r.got == "hello"; }));
}

TYPED_TEST(Parity, APausedHostSleepsOnAndLearnsLateThatItsPeerHasGone) {
  auto l = this->listen();
  auto p = join(*this, *l);
  reading r;
  error_code slept = net::aborted();
  struct nap {
    static task<void> run(host& h, error_code& ec) { ec = co_await h.sleep(10ms); }
  };
  this->server.spawn(read_to_end(*p.server, r));
  this->server.spawn(nap::run(this->server, slept));
  this->server.pause();
  p.client->close(closing::reset);
  this->settle(50ms);
  EXPECT_FALSE(r.done);
  EXPECT_EQ(slept, net::aborted());
  this->server.resume();
  ASSERT_TRUE(this->run([&] { return r.done && !slept; }));
  EXPECT_EQ(r.end, net::reset());
}

TYPED_TEST(Parity, ARefusingHostKeepsWhatIsConnected) {
  auto l = this->listen();
  const auto at = l->local();
  auto p = join(*this, *l);
  this->server.refuse_connections(true);
  stream_ptr s;
  error_code ec;
  bool done = false;
  this->client.spawn(connect(this->client, at, s, ec, done));
  ASSERT_TRUE(this->run([&] { return done; }));
  EXPECT_EQ(ec, net::refused());
  reading r;
  writing w;
  this->server.spawn(read_to_end(*p.server, r));
  this->client.spawn(write(*p.client, "still here", w));
  ASSERT_TRUE(this->run([&] { return r.got == "still here"; }));
  this->server.refuse_connections(false);
  done = false;
  this->client.spawn(connect(this->client, at, s, ec, done));
  ASSERT_TRUE(this->run([&] { return done; }));
  EXPECT_FALSE(ec) << ec.message();
}

TYPED_TEST(Parity, APartitionHoldsBytesBackAndLetsThemThroughWhenItHeals) {
  auto l = this->listen();
  auto p = join(*this, *l);
  const auto there = this->env.world.conditions().add({.from = {{"client"}}, .to = {{"server/0"}}, .blocked = true});
  reading at_server, at_client;
  writing w, back;
  this->server.spawn(read_to_end(*p.server, at_server));
  this->client.spawn(read_to_end(*p.client, at_client));
  this->client.spawn(write(*p.client, "through", w));
  this->server.spawn(write(*p.server, "other way", back));
  ASSERT_TRUE(this->run([&] { return at_client.got == "other way"; }));  // one direction only
  this->settle(100ms);
  EXPECT_EQ(at_server.got, "");
  this->env.world.conditions().remove(there);
  ASSERT_TRUE(this->run([&] { return at_server.got == "through"; }));
}

TYPED_TEST(Parity, AConnectIntoAPartitionSucceedsWhenItHeals) {
  auto l = this->listen();
  const auto there = this->env.world.conditions().add({.from = {{"client"}}, .to = {{"server/0"}}, .blocked = true});
  stream_ptr s;
  error_code ec;
  bool done = false;
  this->client.spawn(connect(this->client, l->local(), s, ec, done));
  this->settle(50ms);
  EXPECT_FALSE(done);
  this->env.world.conditions().remove(there);
  ASSERT_TRUE(this->run([&] { return done; }));
  EXPECT_FALSE(ec) << ec.message();
}

task<void> hoard(net::stream& s, error_code& end) {
  for (;;) {
    const error_code ec = co_await s.fill();
    if (!ec) continue;
    end = ec;
    co_return;
  }
}

TYPED_TEST(Parity, AStreamThatIsGoneStillSaysGoodbyeWhenThePartitionHeals) {
  auto l = this->listen();
  auto p = join(*this, *l);
  const auto there = this->env.world.conditions().add({.from = {{"client"}}, .to = {{"server/0"}}, .blocked = true});
  reading r;
  this->server.spawn(read_to_end(*p.server, r));
  p.client.reset();
  this->settle(50ms);
  EXPECT_FALSE(r.done);
  this->env.world.conditions().remove(there);
  ASSERT_TRUE(this->run([&] { return r.done; }));
  EXPECT_EQ(r.end, net::end_of_stream());
}

TYPED_TEST(Parity, AReaderHoldsNoMoreThanItsLimit) {
  auto l = this->listen();
  auto p = join(*this, *l);
  p.server->peek_limit(1000);
  writing w;
  this->client.spawn(write(*p.client, std::string(5000, 'x'), w));
  error_code ec;
  this->server.spawn(hoard(*p.server, ec));
  ASSERT_TRUE(this->run([&] { return ec.failed(); }));
  EXPECT_EQ(ec, net::errc::receive_limit);
  EXPECT_EQ(p.server->peek().size(), 1000U);
}

struct witness {
  error_code ec;
  bool called = false;
  void seen(error_code e) {
    ec = e;
    called = true;
  }
};

TYPED_TEST(Parity, AWatcherNoticesThatAnIdleConnectionCloses) {
  auto l = this->listen();
  auto p = join(*this, *l);
  witness w;
  net::member_op<witness, &witness::seen> o(w);
  ASSERT_FALSE(p.client->watch(o));
  p.server->close(closing::graceful);
  ASSERT_TRUE(this->run([&] { return w.called; }));
  EXPECT_EQ(w.ec, net::end_of_stream());
  net::member_op<witness, &witness::seen> again(w);
  EXPECT_TRUE(p.client->watch(again));  // known at once from now on
}

TYPED_TEST(Parity, AWatcherThatLetsGoLosesNoBytes) {
  auto l = this->listen();
  auto p = join(*this, *l);
  witness w;
  {
    net::member_op<witness, &witness::seen> o(w);
    ASSERT_FALSE(p.client->watch(o));
  }
  writing sent;
  this->server.spawn(write(*p.server, "bytes", sent));
  this->settle();
  EXPECT_FALSE(w.called);
  reading r;
  this->client.spawn(read_to_end(*p.client, r));
  ASSERT_TRUE(this->run([&] { return r.got == "bytes"; }));
}

TYPED_TEST(Parity, AGatheredSendArrivesInOrder) {
  auto l = this->listen();
  auto p = join(*this, *l);
  struct gather {
    static task<void> run(net::stream& s, writing& w) {
      const net::const_buffer parts[] = {net::buffer_of("head "), net::buffer_of(""), net::buffer_of("body")};
      w.ec = co_await s.send(parts);
      w.done = true;
    }
  };
  writing w;
  this->client.spawn(gather::run(*p.client, w));
  reading r;
  this->server.spawn(read_to_end(*p.server, r));
  ASSERT_TRUE(this->run([&] { return r.got.size() == 9; }));
  EXPECT_EQ(r.got, "head body");
}

}  // namespace
}  // namespace meshgauge
