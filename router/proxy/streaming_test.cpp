// Bodies, upgrades and what passes in both directions at once, in the simulated world.

#include "router/proxy/router_rig_test.hpp"

namespace meshgauge::proxy {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Streaming : public RouterRig {
 protected:
  /// Says `head`, then `size` bytes as fast as they are taken; `accepted` counts them.
  static task<void> pour(net::stream* s, std::string head, std::size_t size, std::size_t& accepted) {
    error_code ec = co_await s->send(net::buffer_of(head));
    const std::string piece(16 * 1024, 'x');
    while (!ec && accepted < size) {
      const std::size_t n = std::min(piece.size(), size - accepted);
      ec = co_await s->send(net::buffer_of(std::string_view(piece).substr(0, n)));
      if (!ec) accepted += n;
    }
  }
  /// Accepts one connection and leaves it in `got`; what arrives is not read.
  static task<void> accept_one(net::listener_ptr l, net::stream_ptr& got) {
    auto s = co_await l->accept();
    if (s) got = std::move(*s);
  }
  static task<void> read_all(net::stream* s, std::size_t& count, std::string* text = nullptr) {
    s->peek_limit(256 * 1024);
    for (;;) {
      const error_code ec = co_await s->fill();
      if (ec) co_return;
      count += s->peek().size();
      if (text != nullptr) text->append(s->peek());
      s->consume(s->peek().size());
    }
  }
  static task<void> connect(net::host& h, net::stream_ptr& s, std::string text) {
    s = h.open(at(1));
    error_code ec = co_await s->opened();
    if (!ec) ec = co_await s->send(net::buffer_of(text));
    EXPECT_FALSE(ec);
  }
  void listen_raw() {
    auto l = a.host.listen(a.address);
    ASSERT_TRUE(l.has_value());
    a.host.spawn(accept_one(std::move(*l), up));
  }
  ~Streaming() override {
    c.host.kill();
    a.host.kill();
    up.reset();
    down.reset();
  }
  net::stream_ptr up, down;
  static constexpr std::size_t large = 64 * 1024 * 1024;
};

TEST_F(Streaming, an_answer_of_64_mib_waits_for_its_reader_in_less_than_a_mebibyte) {
  start();
  listen_raw();
  c.host.spawn(connect(c.host, down, get()));
  world.run_for(100ms);
  std::size_t accepted = 0, received = 0;
  a.host.spawn(pour(up.get(), "HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n", large, accepted));
  world.run_for(5s);
  EXPECT_GT(accepted, 100'000U);
  EXPECT_LT(accepted, 1024U * 1024U);
  c.host.spawn(read_all(down.get(), received));
  world.run_for(60s);
  EXPECT_EQ(accepted, large);
  EXPECT_GT(received, large);  // and a head
  EXPECT_EQ(r->counters().causes[static_cast<std::size_t>(cause::none)].value(), 1U);
}

/// Takes `step` bytes every second.
task<void> sip(net::host& h, net::stream* s, std::size_t step, std::size_t& count) {
  for (;;) {
    while (s->peek().empty()) {
      const error_code ec = co_await s->fill();
      if (ec) co_return;
    }
    const std::size_t n = std::min(step, s->peek().size());
    s->consume(n);
    count += n;
    const error_code ec = co_await h.sleep(1s);
    if (ec) co_return;
  }
}

TEST_F(Streaming, a_slow_reader_is_served_as_long_as_it_reads_and_cut_when_it_stops) {
  options o;
  o.client_body_timeout = 30s;
  start(o);
  listen_raw();
  c.host.spawn(connect(c.host, down, get()));
  world.run_for(100ms);
  std::size_t accepted = 0, received = 0;
  a.host.spawn(pour(up.get(), "HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n", large, accepted));
  c.host.spawn(sip(c.host, down.get(), 4000, received));
  world.run_for(300s);
  EXPECT_GT(received, 1'000'000U);
  EXPECT_EQ(r->in_flight(), 1U);
  c.host.pause();
  world.run_for(10s);
  EXPECT_EQ(r->in_flight(), 1U);
  world.run_for(40s);
  EXPECT_EQ(r->in_flight(), 0U);
  EXPECT_EQ(r->counters().statuses[499].value(), 1U);
}

TEST_F(Streaming, a_body_of_64_mib_waits_for_its_instance_in_less_than_a_mebibyte) {
  options o;
  o.upstream_timeout = 20s;
  start(o);
  listen_raw();
  c.host.spawn(connect(c.host, down, "POST /payment/ HTTP/1.1\r\nHost: shop\r\nContent-Length: 67108864\r\n\r\n"));
  world.run_for(100ms);
  std::size_t accepted = 0, received = 0;
  c.host.spawn(pour(down.get(), "", large, accepted));
  world.run_for(5s);
  EXPECT_GT(accepted, 100'000U);
  EXPECT_LT(accepted, 1024U * 1024U);
  a.host.spawn(read_all(up.get(), received));
  world.run_for(60s);
  EXPECT_EQ(accepted, large);
  EXPECT_GT(received, large);
}

TEST_F(Streaming, an_answer_that_comes_early_is_relayed_at_once_and_ends_both_connections) {
  start();
  listen_raw();
  c.say("POST /payment/ HTTP/1.1\r\nHost: shop\r\nContent-Length: 1000000\r\n\r\nabc");
  world.run_for(100ms);
  std::size_t accepted = 0;
  a.host.spawn(pour(up.get(), "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig", 0, accepted));
  world.run_for(50ms);
  EXPECT_THAT(c.got, StartsWith("HTTP/1.1 413 Too Large\r\n"));
  EXPECT_THAT(c.got, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(c.got, EndsWith("\r\n\r\nbig"));
  EXPECT_EQ(c.end, net::end_of_stream());
}

TEST_F(Streaming, a_client_that_has_heard_enough_stops_sending_and_gets_the_whole_answer) {
  for (const char* last : {"", "zz\r\n"}) {  // closes its side, or says what is no chunk
    SCOPED_TRACE(last);
    start();
    listen_raw();
    client talker(world);
    talker.say("POST /payment/ HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    world.run_for(100ms);
    std::size_t accepted = 0;
    a.host.spawn(pour(up.get(), "HTTP/1.1 413 Too Large\r\nContent-Length: 10\r\n\r\nhello", 0, accepted));
    world.run_for(50ms);
    if (*last == 0) {
      talker.stream->close(net::closing::send);
    } else {
      talker.say(last);
    }
    world.run_for(200ms);
    a.host.spawn(pour(up.get(), "world", 0, accepted));
    world.run_for(50ms);
    EXPECT_THAT(talker.got, EndsWith("\r\n\r\nhelloworld"));
    talker.host.kill();
    talker.stream.reset();
    host.kill();
    a.host.kill();
    up.reset();
    world.run_for(1s);
    host.revive();
    a.host.revive();
  }
}

TEST_F(Streaming, a_client_that_is_quiet_while_it_is_answered_hears_it_to_the_end) {
  options o;
  o.client_body_timeout = 1s;
  start(o);
  listen_raw();
  c.say("POST /payment/ HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
  world.run_for(100ms);
  std::size_t accepted = 0;
  a.host.spawn(pour(up.get(), "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc", 0, accepted));
  world.run_for(3s);
  a.host.spawn(pour(up.get(), "def", 0, accepted));
  world.run_for(50ms);
  EXPECT_THAT(c.got, EndsWith("abcdef"));
}

TEST_F(Streaming, a_client_that_leaves_is_noticed_behind_what_it_pipelined_and_in_a_quiet_stream) {
  options o;
  o.client_body_timeout = 1s;
  o.upstream_body_timeout = 60s;
  o.upstream_timeout = 60s;
  start(o);
  listen_raw();
  c.say(get());
  world.run_for(100ms);
  c.say(get());  // pipelined
  world.run_for(100ms);
  std::size_t accepted = 0, received = 0;
  a.host.spawn(read_all(up.get(), received));
  a.host.spawn(pour(up.get(), "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n", 0, accepted));
  world.run_for(3s);  // longer than a client may take for a piece
  EXPECT_EQ(r->in_flight(), 1U);
  c.stream->close(net::closing::reset);
  world.run_for(100ms);
  EXPECT_EQ(r->in_flight(), 0U);
  EXPECT_EQ(r->counters().causes[static_cast<std::size_t>(cause::client_abort)].value(), 1U);
}

TEST_F(Streaming, empty_lines_between_requests_begin_none) {
  options o;
  o.client_head_timeout = 1s;
  o.client_idle_timeout = 20s;
  start(o);
  a.start(ok);
  EXPECT_THAT(ask(get(), 100ms), EndsWith("hi"));
  EXPECT_EQ(ask("\r\n", 5s), "");
  EXPECT_THAT(ask("\r", 100ms), "");
  EXPECT_THAT(ask("\n", 5s), "");
  EXPECT_THAT(ask(get(), 100ms), EndsWith("hi"));
  EXPECT_EQ(a.connections, 2);  // the first was idle for too long
  world.run_for(30s);
  EXPECT_THAT(c.got, EndsWith("hi"));
  EXPECT_EQ(r->connections(), 0U);
}

TEST_F(Streaming, an_instance_that_answers_and_stops_reading_is_heard) {
  start();
  listen_raw();
  c.host.spawn(connect(c.host, down, "POST /payment/ HTTP/1.1\r\nHost: shop\r\nContent-Length: 67108864\r\n\r\n"));
  world.run_for(100ms);
  std::size_t poured = 0, accepted = 0, received = 0;
  std::string text;
  c.host.spawn(pour(down.get(), "", large, poured));
  world.run_for(100ms);  // the upload is stuck: nobody reads it
  const std::size_t stuck = poured;
  c.host.spawn(read_all(down.get(), received, &text));
  a.host.spawn(pour(up.get(), "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", 0, accepted));
  world.run_for(500ms);
  EXPECT_LT(stuck, 1024U * 1024U);
  EXPECT_THAT(text, StartsWith("HTTP/1.1 401 No\r\n"));
  EXPECT_THAT(text, HasSubstr("Connection: close\r\n"));
}

TEST_F(Streaming, both_directions_run_at_the_same_time) {
  start();
  listen_raw();
  c.say("POST /payment/ HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
  world.run_for(50ms);
  std::size_t accepted = 0, received = 0;
  std::string seen;
  a.host.spawn(read_all(up.get(), received, &seen));
  a.host.spawn(pour(up.get(), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nA\r\n", 0, accepted));
  world.run_for(50ms);
  EXPECT_THAT(c.got, EndsWith("\r\n\r\n1\r\nA\r\n"));
  c.say("1\r\nb\r\n");
  world.run_for(50ms);
  EXPECT_THAT(seen, EndsWith("1\r\nb\r\n"));
  a.host.spawn(pour(up.get(), "1\r\nB\r\n", 0, accepted));
  world.run_for(50ms);
  EXPECT_THAT(c.got, EndsWith("1\r\nA\r\n1\r\nB\r\n"));
  c.say("0\r\n\r\n");
  world.run_for(50ms);
  a.host.spawn(pour(up.get(), "0\r\n\r\n", 0, accepted));
  world.run_for(50ms);
  EXPECT_THAT(seen, EndsWith("0\r\n\r\n"));
  EXPECT_THAT(c.got, EndsWith("0\r\n\r\n"));
}

TEST_F(Streaming, an_upload_that_fails_at_the_instance_still_gets_what_it_said) {
  start();
  listen_raw();
  c.host.spawn(connect(c.host, down, "POST /payment/ HTTP/1.1\r\nHost: shop\r\nContent-Length: 67108864\r\n\r\n"));
  world.run_for(100ms);
  std::size_t poured = 0, accepted = 0, received = 0;
  std::string text;
  c.host.spawn(pour(down.get(), "", large, poured));
  c.host.spawn(read_all(down.get(), received, &text));
  a.host.spawn(pour(up.get(), "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", 0, accepted));
  world.run_for(0ms);
  up->close(net::closing::graceful);  // unread bytes: a reset behind the answer
  world.run_for(500ms);
  EXPECT_THAT(text, StartsWith("HTTP/1.1 "));
  EXPECT_THAT(text, HasSubstr("Connection: close\r\n"));
}

const std::string switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
const std::string upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: abc\r\n";

TEST_F(Streaming, an_upgrade_that_is_taken_becomes_a_tunnel) {
  start();
  listen_raw();
  c.say(get("/payment/ws", upgrade) + "early");
  world.run_for(50ms);
  std::size_t accepted = 0, received = 0;
  std::string seen;
  a.host.spawn(read_all(up.get(), received, &seen));
  a.host.spawn(pour(up.get(), switching + "hello", 0, accepted));
  world.run_for(50ms);
  EXPECT_THAT(seen, HasSubstr("Connection: Upgrade\r\nUpgrade: websocket\r\n"));
  EXPECT_THAT(seen, HasSubstr("Sec-WebSocket-Key: abc\r\n"));
  EXPECT_THAT(seen, EndsWith("\r\n\r\nearly"));
  EXPECT_THAT(c.got, StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_THAT(c.got, HasSubstr("Connection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello"));
  EXPECT_EQ(r->counters().tunnels_open.value(), 1U);
  c.say("GET / HTTP/1.1\r\n\r\n");  // means nothing any more
  world.run_for(50ms);
  EXPECT_THAT(seen, EndsWith("earlyGET / HTTP/1.1\r\n\r\n"));
  up->close(net::closing::send);
  world.run_for(50ms);
  EXPECT_EQ(c.end, net::end_of_stream());
  c.stream->close(net::closing::graceful);
  world.run_for(50ms);
  EXPECT_EQ(r->counters().tunnels_open.value(), 0U);
  EXPECT_EQ(r->in_flight(), 0U);
}

TEST_F(Streaming, a_tunnel_that_says_nothing_is_closed_and_one_that_speaks_stays) {
  options o;
  o.tunnel_idle_timeout = 10s;
  start(o);
  listen_raw();
  c.say(get("/payment/ws", upgrade));
  world.run_for(50ms);
  std::size_t accepted = 0;
  a.host.spawn(pour(up.get(), switching, 0, accepted));
  for (int i = 0; i < 3; ++i) {
    world.run_for(8s);
    a.host.spawn(pour(up.get(), "x", 0, accepted));
  }
  world.run_for(9s);
  EXPECT_THAT(c.got, EndsWith("xxx"));
  EXPECT_EQ(r->connections(), 1U);
  world.run_for(2s);
  EXPECT_EQ(r->connections(), 0U);
  EXPECT_EQ(c.end, net::end_of_stream());
}

TEST_F(Streaming, a_reset_on_one_side_of_a_tunnel_resets_the_other) {
  start();
  listen_raw();
  c.say(get("/payment/ws", upgrade));
  world.run_for(50ms);
  std::size_t accepted = 0;
  a.host.spawn(pour(up.get(), switching, 0, accepted));
  world.run_for(50ms);
  up->close(net::closing::reset);
  world.run_for(50ms);
  EXPECT_EQ(c.end, net::reset());
}

TEST_F(Streaming, an_upgrade_that_is_declined_is_an_answer_like_any_other) {
  start();
  a.start(ok);
  EXPECT_THAT(ask(get("/payment/ws", upgrade)), EndsWith("\r\n\r\nhi"));
  EXPECT_THAT(ask(get()), EndsWith("\r\n\r\nhi"));
  EXPECT_EQ(a.connections, 1);
}

TEST_F(Streaming, a_switch_to_another_protocol_than_the_one_asked_for_is_502) {
  start();
  a.start("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n");
  EXPECT_THAT(ask(get("/payment/ws", upgrade)), StartsWith("HTTP/1.1 502"));
}

TEST_F(Streaming, h2c_is_never_passed_on) {
  options o;
  o.upgrades = {"websocket"};
  start(o);
  a.start(ok);
  EXPECT_THAT(ask(get("/payment/", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n")),
              EndsWith("hi"));
  EXPECT_THAT(a.got, Not(HasSubstr("h2c")));
  EXPECT_THAT(a.got, Not(HasSubstr("pgrade")));
  EXPECT_THAT(a.got, Not(HasSubstr("HTTP2")));
}

TEST_F(Streaming, one_client_too_many_is_told_and_closed) {
  options o;
  o.connections_max = 1;
  start(o);
  a.start(ok);
  EXPECT_THAT(ask(get()), EndsWith("hi"));
  client second(world);
  second.say(get());
  world.run_for(1s);
  EXPECT_THAT(second.got, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(second.got, HasSubstr("load-shed"));
  EXPECT_EQ(r->counters().connections_shed.value(), 1U);
  second.host.kill();
  second.stream.reset();
}

TEST_F(Streaming, a_drained_router_answers_and_says_goodbye) {
  start();
  a.start(ok);
  EXPECT_THAT(ask(get()), Not(HasSubstr("Connection: close")));
  r->drain();
  EXPECT_THAT(ask(get()), HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(r->connections(), 0U);
}

}  // namespace
}  // namespace meshgauge::proxy
