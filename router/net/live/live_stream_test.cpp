// What the live world's sockets cost, counted in system calls, and what they hold. How they behave is the parity
// suite's (fakes/sim), which runs with network emulation; here it is off, as in `serve`.

#include "router/net/live/live_stream.hpp"

#include <gtest/gtest.h>

#include <string>

namespace meshgauge::net::live {
namespace {

using namespace std::chrono_literals;

task<void> accept_one(listener& l, stream_ptr& out) {
  auto s = co_await l.accept();
  if (s) out = std::move(*s);
}

task<void> connect(stream& s, bool& done) {
  const error_code ec = co_await s.opened();
  EXPECT_FALSE(ec) << ec.message();
  done = true;
}

task<void> write(stream& s, std::string text, error_code& ec, bool& done) {
  ec = co_await s.send(buffer_of(text));
  done = true;
}

task<void> fill_once(stream& s, error_code& ec, bool& done) {
  ec = co_await s.fill();
  done = true;
}

task<void> read_to_end(stream& s, std::string& got, error_code& end) {
  for (;;) {
    end = co_await s.fill();
    if (end) co_return;
    got += s.peek();
    s.consume(s.peek().size());
  }
}

std::string pattern(std::size_t size) {
  std::string s(size, '\0');
  for (std::size_t i = 0; i < size; ++i) s[i] = static_cast<char>('a' + (i * 7 + i / 4093) % 26);
  return s;
}

class LiveStream : public testing::Test {
 public:
  LiveStream() {
    auto l = server.listen({boost::asio::ip::address_v4::loopback(), 0});
    EXPECT_TRUE(l.has_value());
    door = std::move(*l);
    client_side = client.open(door->local());
    bool done = false;
    server.spawn(accept_one(*door, server_side));
    client.spawn(connect(*client_side, done));
    EXPECT_TRUE(run([&] { return done && server_side != nullptr; }));
  }
  ~LiveStream() override {
    client.kill();  // first: coroutines that wait hold references into the test
    server.kill();
    client_side.reset();
    server_side.reset();
    door.reset();
    w.run_for(1ms);
  }
  bool run(const std::function<bool()>& done) { return w.run_until(w.now() + 60s, done); }

  /// Sends `text` and waits until all of it can be read at the other end.
  void send_to_server(const std::string& text) {
    error_code ec;
    bool done = false;
    client.spawn(write(*client_side, text, ec, done));
    ASSERT_TRUE(run([&] { return done; }));
    ASSERT_FALSE(ec) << ec.message();
    w.run_for(5ms);
  }
  void fill_server() {
    error_code ec;
    bool done = false;
    server.spawn(fill_once(*server_side, ec, done));
    ASSERT_TRUE(run([&] { return done; }));
    ASSERT_FALSE(ec) << ec.message();
  }

  live_world w{{}};
  host client{w, "client"};
  host server{w, "server"};
  listener_ptr door;
  stream_ptr client_side, server_side;
};

TEST_F(LiveStream, WhatIsExpectedComesInOneRead) {
  const std::string text = pattern(60'000);
  server_side->peek_limit(256 * 1024);
  server_side->expect(text.size());
  send_to_server(text);
  fill_server();
  EXPECT_EQ(server_side->peek(), text);
  server_side->consume(text.size());
}

TEST_F(LiveStream, TheHintIsUsedUpByTheBytesItAnnounced) {
  const std::string text = pattern(60'000);
  server_side->peek_limit(256 * 1024);
  server_side->expect(text.size());
  send_to_server(text);
  fill_server();
  server_side->consume(text.size());
  send_to_server(text);
  fill_server();
  EXPECT_LT(server_side->peek().size(), text.size()) << "a connection between messages reads small again";
}

TEST_F(LiveStream, AHintDoesNotLiftThePeekLimit) {
  const std::string text = pattern(60'000);
  server_side->peek_limit(10'000);
  server_side->expect(text.size());
  send_to_server(text);
  fill_server();
  EXPECT_EQ(server_side->peek(), text.substr(0, 10'000));
  server_side->consume(10'000);
  fill_server();
  EXPECT_EQ(server_side->peek(), text.substr(10'000, 10'000));
}

TEST_F(LiveStream, AfterReadsThatFilledTheirRoomALargeMessageComesInOne) {
  const std::string text = pattern(60'000);
  server_side->peek_limit(256 * 1024);
  for (int message = 0; message < 2; ++message) {
    send_to_server(text);
    do fill_server();
    while (server_side->peek().size() < text.size());
    server_side->consume(text.size());
  }
  send_to_server(text);
  fill_server();
  EXPECT_EQ(server_side->peek().size(), text.size());
}

TEST_F(LiveStream, AfterSmallMessagesReadsAreSmallAgain) {
  const std::string large = pattern(60'000), small = pattern(100);
  server_side->peek_limit(256 * 1024);
  for (int message = 0; message < 2; ++message) {
    send_to_server(large);
    do fill_server();
    while (server_side->peek().size() < large.size());
    server_side->consume(large.size());
  }
  for (int message = 0; message < 10; ++message) {
    send_to_server(small);
    fill_server();
    server_side->consume(small.size());
  }
  send_to_server(large);
  fill_server();
  EXPECT_LT(server_side->peek().size(), large.size());
}

TEST_F(LiveStream, AnIdleConnectionHoldsNoBlock) {
  const std::size_t before = block_pool::outstanding();
  server_side->peek_limit(256 * 1024);
  server_side->expect(60'000);
  send_to_server(pattern(60'000));
  fill_server();
  EXPECT_GT(block_pool::outstanding(), before);
  server_side->consume(server_side->peek().size());
  EXPECT_EQ(block_pool::outstanding(), before);
}

TEST_F(LiveStream, WhatTheSocketDoesNotTakeAtOnceArrivesInOrder) {
  const std::string text = pattern(20'000'000);  // more than the kernel buffers
  error_code ec, end;
  bool done = false;
  std::string got;
  client.spawn(write(*client_side, text, ec, done));
  server.spawn(read_to_end(*server_side, got, end));
  ASSERT_TRUE(run([&] { return done && got.size() == text.size(); }));
  EXPECT_FALSE(ec) << ec.message();
  EXPECT_TRUE(got == text);
}

TEST_F(LiveStream, WhatAnAcceptedSocketDoesNotTakeAtOnceArrivesToo) {  // it is watched differently
  const std::string text = pattern(20'000'000);
  error_code ec, end;
  bool done = false;
  std::string got;
  server.spawn(write(*server_side, text, ec, done));
  client.spawn(read_to_end(*client_side, got, end));
  ASSERT_TRUE(run([&] { return done && got.size() == text.size(); }));
  EXPECT_FALSE(ec) << ec.message();
  EXPECT_TRUE(got == text);
}

TEST_F(LiveStream, ABriefMessageCostsASendAWaitAndARead) {
  send_to_server("ping");
  fill_server();
  server_side->consume(4);
  const std::uint64_t before = w.system_calls();
  error_code sent, filled;
  bool done = false, came = false;
  server.spawn(fill_once(*server_side, filled, came));
  client.spawn(write(*client_side, "ping", sent, done));
  ASSERT_TRUE(run([&] { return done && came; }));
  EXPECT_EQ(w.system_calls() - before, 3U);
}

TEST_F(LiveStream, AnIdleWorldSleepsInsteadOfLooking) {
  for (int message = 0; message < 200; ++message) {  // events in quick succession
    error_code sent, filled;
    bool done = false, came = false;
    server.spawn(fill_once(*server_side, filled, came));
    client.spawn(write(*client_side, "ping", sent, done));
    ASSERT_TRUE(run([&] { return done && came; }));
    server_side->consume(4);
  }
  w.run_for(5ms);
  const std::uint64_t before = w.system_calls();
  w.run_for(100ms);
  EXPECT_LT(w.system_calls() - before, 200U) << "a wait of 100 ms is a few calls, not a loop";
}

}  // namespace
}  // namespace meshgauge::net::live
