#pragma once
/// A router between scripted clients and scripted instances in the simulated world; what the tests of this folder that
/// are about one behaviour stand on. Tables of bytes in and bytes out have a rig of their own (conformance_test.hpp).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/sim/sim_world.hpp"
#include "router/discovery/fixed_resolver.hpp"
#include "router/proxy/router.hpp"

namespace meshgauge::proxy {

using namespace std::chrono_literals;
using net::error_code;
using net::task;

inline net::endpoint at(unsigned n) {
  return {boost::asio::ip::address_v4(0x0a000000U + n), 80};
}

/// Says one text for each request head that it gets, then does what `then` says.
struct instance {
  enum class after { keep, close, reset };
  instance(net::world& w, std::string name, unsigned n) : host(w, std::move(name)), address(at(n)) {}
  void start(std::string says, after then = after::keep, duration wait = 0ms) {
    text = std::move(says);
    what = then;
    delay = wait;
    auto l = host.listen(address);
    ASSERT_TRUE(l.has_value());
    host.spawn(accept(*this, std::move(*l)));
  }
  static task<void> accept(instance& me, net::listener_ptr l) {
    for (;;) {
      auto s = co_await l->accept();
      if (!s) co_return;
      ++me.connections;
      me.host.spawn(answer(me, std::move(*s)));
    }
  }
  static task<void> answer(instance& me, net::stream_ptr s) {
    s->peek_limit(4'000'000);
    for (;;) {
      while (s->peek().find("\r\n\r\n") == std::string_view::npos || s->peek().size() < me.wants) {
        const error_code filled = co_await s->fill();
        if (filled) co_return;
      }
      me.got += s->peek();
      s->consume(s->peek().size());
      ++me.requests;
      if (me.delay > 0ms) co_await me.host.sleep(me.delay);
      const error_code sent = co_await s->send(net::buffer_of(me.text));
      if (sent) co_return;
      if (me.what == after::close) co_return;
      if (me.what == after::reset) {
        s->close(net::closing::reset);
        co_return;
      }
    }
  }
  net::host host;
  net::endpoint address;
  std::string text, got;
  std::size_t wants = 0;
  after what = after::keep;
  duration delay{};
  int requests = 0, connections = 0;
};

struct client {
  client(net::world& w) : host(w, "client") {}
  static task<void> run(client& me, std::string text) {
    me.stream = me.host.open(at(1));
    error_code ec = co_await me.stream->opened();
    if (!ec && !text.empty()) ec = co_await me.stream->send(net::buffer_of(text));
    while (!ec) {
      ec = co_await me.stream->fill();
      if (ec) break;
      me.got += me.stream->peek();
      me.stream->consume(me.stream->peek().size());
    }
    me.end = ec;
  }
  static task<void> more(client& me, std::string text) { me.end = co_await me.stream->send(net::buffer_of(text)); }
  void say(std::string text) {
    if (stream == nullptr) {
      host.spawn(run(*this, std::move(text)));
    } else {
      host.spawn(more(*this, std::move(text)));
    }
  }
  net::host host;
  net::stream_ptr stream;
  std::string got;
  error_code end;
};

class RouterRig : public testing::Test {
 protected:
  ~RouterRig() override {
    c.host.kill();
    c.stream.reset();
    host.kill();
    a.host.kill();
    b.host.kill();
    r.reset();
    known.set({"payment", 99, {}});  // its pools
    world.run_for(1s);
    EXPECT_EQ(world.connections(), 0U);
    EXPECT_EQ(host.running(), 0U);
  }
  void start(options o = {}, int instances = 1) {
    registry::service_list list{"payment", 1, {}};
    const char* ids[] = {"a", "b"};
    for (int i = 0; i < instances; ++i) {
      list.instances.push_back(std::make_shared<registry::instance>(
          registry::instance{.id = ids[i],
                             .service = "payment",
                             .address = at(2 + static_cast<unsigned>(i)).address.to_string(),
                             .port = 80}));
    }
    known.set(list);
    o.name = "router-0";
    r = std::make_unique<router>(host, known, std::move(o), nullptr);
    auto l = host.listen(at(1));
    ASSERT_TRUE(l.has_value());
    host.spawn(r->serve(std::move(*l)));
  }
  std::string ask(const std::string& text, duration wait = 3s) {
    c.got.clear();
    c.say(text);
    world.run_for(wait);
    return c.got;
  }
  static std::string get(std::string_view target = "/payment/7", std::string_view fields = "") {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: shop\r\n" + std::string(fields) + "\r\n";
  }

  sim::sim_world world{1};
  net::host host{world, "router/0"};
  discovery::fixed_resolver known{host, {}};
  std::unique_ptr<router> r;
  instance a{world, "payment/0", 2}, b{world, "payment/1", 3};
  client c{world};
};

inline const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

}  // namespace meshgauge::proxy
