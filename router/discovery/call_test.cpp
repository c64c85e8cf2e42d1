#include "router/discovery/call.hpp"

#include <gtest/gtest.h>

#include <map>

#include "fakes/sim/sim_world.hpp"
#include "router/discovery/fixed_resolver.hpp"
#include "router/discovery/router_set.hpp"
#include "router/http/text.hpp"

namespace meshgauge::discovery {
namespace {

using namespace std::chrono_literals;
using net::error_code;
using net::task;

net::endpoint at(unsigned n) {
  return {boost::asio::ip::address_v4(0x0a000000U + n), 80};
}

/// What an instance does with each request.
struct behaviour {
  enum class kind { answer, silent, close, reset, garbage } what = kind::answer;
  std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
};
behaviour answers(unsigned status, std::string extra = {}) {
  std::string text;
  http::append_status_line(text, status);
  return {behaviour::kind::answer, text + extra + "Content-Length: 0\r\n\r\n"};
}

task<void> serve_one(net::host& me, net::stream_ptr s, const behaviour& how, unsigned& seen) {
  (void)me;
  for (;;) {
    while (s->peek().find("\r\n\r\n") == std::string_view::npos) {
      const error_code ec = co_await s->fill();
      if (ec) co_return;
    }
    ++seen;
    s->consume(s->peek().size());
    if (how.what == behaviour::kind::close) co_return;
    if (how.what == behaviour::kind::reset) {
      s->close(net::closing::reset);
      co_return;
    }
    if (how.what == behaviour::kind::silent) continue;
    const std::string text = how.what == behaviour::kind::garbage ? "SSH-2.0-x\r\n\r\n" : how.text;
    const error_code ec = co_await s->send(net::buffer_of(text));
    if (ec) co_return;
  }
}
task<void> serve(net::host& me, net::listener_ptr l, const behaviour& how, unsigned& seen) {
  for (;;) {
    auto s = co_await l->accept();
    if (!s) co_return;
    me.spawn(serve_one(me, std::move(*s), how, seen));
  }
}

class plain_try final : public repeatable_try {
 public:
  plain_try(net::host& h, std::string method) : repeatable_try(h), method_(std::move(method)) {
    idempotent = http::idempotent(method_);
  }
  bool repeatable = true;
  bool may_repeat() const override { return repeatable; }

 private:
  void write(std::string& out) override { out.append(method_).append(" / HTTP/1.1\r\nHost: a\r\n\r\n"); }
  std::string method_;
};

class notes final : public observer {
 public:
  struct line {
    std::string id;
    cause why;
    unsigned status;
    duration at, took;
    friend bool operator==(const line&, const line&) = default;
  };
  std::vector<line> lines;
  std::uint64_t chosen(const member&) override { return ++tag_; }
  void attempted(const attempt_record& r) override {
    lines.push_back({r.instance == nullptr ? "" : r.instance->what().id, r.why, r.status, r.chosen.time_since_epoch(),
                     r.end - r.chosen});
    EXPECT_EQ(r.tag, r.instance == nullptr ? 0 : tag_);
    EXPECT_EQ(r.request_id, "0-1");
  }

 private:
  std::uint64_t tag_ = 0;
};

struct ending {
  bool done = false;
  cause why = cause::none;
  cause answered = cause::none;
  unsigned status = 0, tries = 0;
  duration at{};
};
task<void> make(plain_try& t, net::host& me, resolver& r, call_options o, observer* watching, ending& out) {
  const call_result result = co_await call(t, me, r, "payments", "0-1", o, watching);
  out = {true, result.why, result.answered, result.status, result.tries, me.now().time_since_epoch()};
  t.connection.close();
}

class Call : public testing::Test {
 protected:
  ~Call() override {
    caller.kill();
    machines.clear();
    world.run_for(1s);
  }
  /// Instances "a", "b", ... that behave so; nullopt: nobody listens there.
  void instances(std::vector<std::optional<behaviour>> how) {
    behaviours = std::move(how);
    seen.assign(behaviours.size(), 0);
    registry::service_list list;
    list.service = "payments";
    for (unsigned n = 0; n < behaviours.size(); ++n) {
      auto i = std::make_shared<registry::instance>();
      i->id = std::string(1, static_cast<char>('a' + n));
      i->service = "payments";
      i->address = at(n + 1).address.to_string();
      i->port = 80;
      list.instances.push_back(std::move(i));
      machines.push_back(std::make_unique<net::host>(world, "machine/" + std::to_string(n)));
      if (!behaviours[n]) continue;
      auto l = machines.back()->listen(at(n + 1));
      machines.back()->spawn(serve(*machines.back(), std::move(*l), *behaviours[n], seen[n]));
    }
    known = std::make_unique<fixed_resolver>(caller, lb::balancer_options{});  // whose first turn is the first one's
    known->set(std::move(list));
  }
  ending request(call_options o, std::string method = "GET", bool repeatable = true) {
    plain_try t(caller, std::move(method));
    t.repeatable = repeatable;
    ending out;
    log.lines.clear();
    start = world.now().time_since_epoch();
    caller.spawn(make(t, caller, *known, o, &log, out));
    world.run_for(20s);
    EXPECT_TRUE(out.done);
    return out;
  }
  std::vector<std::string> who() const {
    std::vector<std::string> out;
    for (const auto& l : log.lines) out.push_back(l.id);
    return out;
  }

  sim::sim_world world{1};
  net::host caller{world, "caller"};
  std::unique_ptr<fixed_resolver> known = std::make_unique<fixed_resolver>(caller, lb::balancer_options{});
  std::vector<std::optional<behaviour>> behaviours;
  std::vector<unsigned> seen;
  std::vector<std::unique_ptr<net::host>> machines;
  notes log;
  duration start{};
};
using names = std::vector<std::string>;
constexpr retry_rule everything{
    .count = 5, .on_connect_failure = true, .on_reset = true, .on_timeout = true, .on_5xx = true};

TEST_F(Call, AnAnswerIsAnAnswer) {
  instances({answers(404)});
  const ending e = request({.retry = everything});
  EXPECT_EQ(e.why, cause::none);
  EXPECT_EQ(e.status, 404U);
  EXPECT_EQ(e.tries, 1U);
  EXPECT_EQ(log.lines.size(), 1U);
}

TEST_F(Call, NobodyToAskIsSaidOnce) {
  const ending nobody_knows_it = request({.retry = everything});
  EXPECT_EQ(nobody_knows_it.why, cause::no_route);
  EXPECT_EQ(nobody_knows_it.tries, 0U);
  instances({});
  EXPECT_EQ(request({.retry = everything}).why, cause::no_instance);
  EXPECT_EQ(log.lines.size(), 1U);
}

TEST_F(Call, GoesOnToAnotherHostUntilOneAnswers) {
  instances({std::nullopt, behaviour{behaviour::kind::close, {}}, answers(500), answers(200)});
  const ending e = request({.retry = everything});
  EXPECT_EQ(e.status, 200U);
  EXPECT_EQ(e.tries, 4U);
  EXPECT_EQ(who(), (names{"a", "b", "c", "d"}));
  EXPECT_EQ(log.lines[0].why, cause::connection_refused);
  EXPECT_EQ(log.lines[1].why, cause::connection_closed_before_response);
  EXPECT_EQ(log.lines[2].why, cause::upstream_5xx);
  EXPECT_EQ(log.lines[2].status, 500U);
  EXPECT_EQ(log.lines[3].why, cause::none);
}

TEST_F(Call, NeverTwiceAtTheSameHostWhileThereIsAnother) {
  instances({std::nullopt, std::nullopt, std::nullopt});
  const ending e = request({.retry = everything});
  EXPECT_EQ(e.tries, 6U);
  EXPECT_EQ(e.why, cause::connection_refused);
  const names n = who();
  EXPECT_EQ(names(n.begin(), n.begin() + 3), (names{"a", "b", "c"}));  // then again: better the same than nobody
}

TEST_F(Call, MayStayAtTheSameHostWhenToldSo) {
  instances({answers(500)});
  retry_rule r = everything;
  r.count = 2;
  r.other_host = false;
  EXPECT_EQ(request({.retry = r}).tries, 3U);
  EXPECT_EQ(seen[0], 3U);
}

struct rule_case {
  const char* what;
  std::optional<behaviour> how;
  retry_rule rule;
  const char* method;
  bool again;
};
TEST_F(Call, EachConditionIsAskedForByName) {
  using kind = behaviour::kind;
  const std::optional<behaviour> nobody, silent = behaviour{kind::silent, {}}, reset = behaviour{kind::reset, {}},
                                         closed = behaviour{kind::close, {}}, garbage = behaviour{kind::garbage, {}},
                                         error = answers(503);
  const retry_rule connect{.count = 1, .on_connect_failure = true}, on_reset{.count = 1, .on_reset = true},
      timeout{.count = 1, .on_timeout = true}, on_5xx{.count = 1, .on_5xx = true}, none{.count = 1};
  retry_rule zero = everything;
  zero.count = 0;
  for (const rule_case& c : {
           rule_case{"refused", nobody, connect, "GET", true},
           rule_case{"refused: nothing was sent, so any method", nobody, connect, "POST", true},
           rule_case{"refused, not asked for", nobody, on_reset, "GET", false},
           rule_case{"reset", reset, on_reset, "GET", true},
           rule_case{"reset, may have been done", reset, on_reset, "POST", false},
           rule_case{"reset, not asked for", reset, connect, "GET", false},
           rule_case{"closed", closed, on_reset, "PUT", true},
           rule_case{"garbage", garbage, on_reset, "GET", true},
           rule_case{"silent", silent, timeout, "GET", true},
           rule_case{"silent, may still be done", silent, timeout, "POST", false},
           rule_case{"silent, not asked for", silent, on_reset, "GET", false},
           rule_case{"5xx", error, on_5xx, "DELETE", true},
           rule_case{"5xx, may have been done", error, on_5xx, "PATCH", false},
           rule_case{"5xx, not asked for", error, timeout, "GET", false},
           rule_case{"no condition", nobody, none, "GET", false},
           rule_case{"no try left", nobody, zero, "GET", false},
       }) {
    SCOPED_TRACE(c.what);
    machines.clear();
    world.run_for(1s);
    instances({c.how, answers(200)});
    const ending e = request({.retry = c.rule}, c.method);
    EXPECT_EQ(e.tries, c.again ? 2U : 1U);
    EXPECT_EQ(e.status == 200, c.again);
  }
}

TEST_F(Call, WhatIsUsedUpIsNotRepeated) {
  instances({std::nullopt, answers(200)});
  EXPECT_EQ(request({.retry = everything}, "GET", false).tries, 1U);
}

TEST_F(Call, ATryHasItsTimeAndTheCallItsDeadline) {
  const std::optional<behaviour> silent = behaviour{behaviour::kind::silent, {}};
  instances({silent, silent, silent, silent});
  const ending e = request({.retry = everything, .timeout = 300ms, .deadline = world.now() + 700ms});
  EXPECT_EQ(e.why, cause::deadline_exceeded);
  EXPECT_EQ(e.tries, 3U);
  EXPECT_EQ(e.at - start, 700ms);
  EXPECT_EQ(log.lines[0].took, 300ms);
  EXPECT_EQ(log.lines[1].took, 300ms);
  EXPECT_EQ(log.lines[0].why, cause::response_timeout);
  EXPECT_EQ(log.lines[2].took, 100ms);
  EXPECT_EQ(log.lines[2].why, cause::deadline_exceeded);
}

TEST_F(Call, WhatAProxyOnTheWaySaysIsTheCause) {
  instances({answers(503, "Proxy-Status: router-1; error=connection_refused; details=\"connection-refused\"\r\n")});
  const ending e = request({});
  EXPECT_EQ(e.why, cause::none);  // an answer is here
  EXPECT_EQ(e.answered, cause::connection_refused);
  machines.clear();
  instances({answers(503)});
  EXPECT_EQ(request({}).answered, cause::upstream_5xx);
}

}  // namespace
}  // namespace meshgauge::discovery
