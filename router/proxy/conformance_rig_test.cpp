// Plays the scenes of the conformance tests; see conformance_test.hpp.

#include <unistd.h>

#include <deque>
#include <memory>
#include <set>

#include "fakes/sim/sim_world.hpp"
#include "router/discovery/fixed_resolver.hpp"
#include "router/net/live/live_world.hpp"
#include "router/proxy/conformance_test.hpp"
#include "router/proxy/router.hpp"
#include "router/proxy/wire_test.hpp"

namespace meshgauge::proxy::conformance {
namespace {

using net::closing;
using net::error_code;
using net::task;

struct sim_env {
  static constexpr duration settle = 50ms;
  static constexpr duration patience = 200s;
  sim::sim_world world{1};
  net::endpoint any(unsigned n) { return {boost::asio::ip::address_v4(0x0a000000U + n), 80}; }
  std::size_t open() const { return world.connections(); }
};

struct live_env {
  static constexpr duration settle = 4ms;
  static constexpr duration patience = 5s;
  net::live::live_world world{{.seed = 1}};
  net::endpoint any(unsigned n) {  // an address of this process alone, so that ports cannot clash
    const auto pid = static_cast<unsigned>(::getpid());
    return {boost::asio::ip::address_v4(0x7f000000U | (((pid % 60000) + 256) << 8) | (n + 1)), 0};
  }
  std::size_t open() const { return world.sockets(); }
};

/// One end of a connection: everything that came is kept.
struct conversation {
  net::stream_ptr stream;
  std::string got;
  error_code end;
  bool ended = false;
  bool played = false;      ///< the script is over
  std::size_t http = ~0UL;  ///< bytes of `got` that are HTTP; the rest is a tunnel
  std::size_t looked_at = ~0UL;
  wire::reading requests;

  const wire::reading& read_requests() {
    if (looked_at != got.size())
      requests = wire::read(wire::kind::request, std::string_view(got).substr(0, http), false);
    looked_at = got.size();
    return requests;
  }
};

task<void> listen_to(conversation& c, std::size_t appetite = std::string::npos) {
  c.stream->peek_limit(1 << 20);
  while (!c.ended && c.got.size() < appetite) {
    const error_code ec = co_await c.stream->fill();
    c.got += c.stream->peek();
    c.stream->consume(c.stream->peek().size());
    c.end = ec;
    c.ended = ec.failed();
  }
}

/// \return an error when the connection is of no use any more.
task<error_code> perform(net::host& h, conversation& c, const script& acts, bool split) {
  for (const act& a : acts) {
    error_code ec;
    switch (a.does) {
      case act::what::say: {
        const std::size_t step = split ? 1 : a.text.size();
        for (std::size_t n = 0; n < a.times && !ec; ++n) {
          for (std::size_t i = 0; i < a.text.size() && !ec; i += step) {
            ec = co_await c.stream->send(net::buffer_of(std::string_view(a.text).substr(i, step)));
            if (split) co_await h.sleep(10us);
          }
        }
        break;
      }
      case act::what::pause:
        ec = co_await h.sleep(a.wait);
        break;
      case act::what::until:
        while (c.got.find(a.text) == std::string::npos && !ec) {
          if (c.ended) co_return c.end;
          ec = co_await h.sleep(500us);
        }
        break;
      case act::what::finish:
        c.stream->close(closing::send);
        break;
      case act::what::leave:
        c.stream->close(closing::graceful);
        co_return net::aborted();
      case act::what::reset:
        c.stream->close(closing::reset);
        co_return net::aborted();
      case act::what::change:
        c.http = c.read_requests().used;
        c.looked_at = ~0UL;
        break;
    }
    if (ec) co_return ec;
  }
  co_return error_code{};
}

struct instance {
  instance(net::world& w, std::string name, const scene& s, bool in_pieces)
      : host(w, std::move(name)), plot(s), split(in_pieces) {}

  static task<void> accept(instance& me, net::listener_ptr l) {
    for (;;) {
      auto s = co_await l->accept();
      if (!s) co_return;
      conversation& c = me.conversations.emplace_back();
      c.stream = std::move(*s);
      me.host.spawn(listen_to(c, me.plot.appetite));
      me.host.spawn(converse(me, c));
    }
  }
  static task<void> converse(instance& me, conversation& c) {
    for (std::size_t answered = 0;; ++answered) {
      const auto due = [&] {
        const wire::reading& r = c.read_requests();
        return (me.plot.early ? r.messages.size() : r.whole()) > answered;
      };
      while (!due()) {
        if (c.ended) {
          c.stream->close(closing::graceful);
          co_return;
        }
        const error_code slept = co_await me.host.sleep(200us);
        if (slept) co_return;
      }
      const script& reply = me.plot.instance[std::min(me.replies++, me.plot.instance.size() - 1)];
      const error_code ec = co_await perform(me.host, c, reply, me.split);
      if (ec) co_return;
    }
  }

  net::host host;
  const scene& plot;
  bool split;
  std::deque<conversation> conversations;
  std::size_t replies = 0;
};

task<void> call(net::host& h, conversation& c, net::endpoint to, const script& acts, bool patient, bool split) {
  c.stream = h.open(to);
  const error_code ec = co_await c.stream->opened();
  EXPECT_FALSE(ec) << ec.message();
  if (patient) h.spawn(listen_to(c));
  if (!ec) co_await perform(h, c, acts, split);
  c.played = true;
}

/// What somebody wrote about whom it speaks for; the router's own fields are left out when they are as they must be.
bool own_field(const wire::message& m, std::string_view name, std::string_view value, std::string_view client) {
  const auto hex = [](std::string_view s) { return s.find_first_not_of("0123456789abcdef") == s.npos; };
  if (name == "Via") return value == "1.1 router-0";
  if (m.status != 0) return false;
  if (name == "X-Forwarded-For") return value == client;
  if (name == "X-Forwarded-Proto") return value == "http";
  if (name == "X-Forwarded-Host") return value == m.field("host");
  if (name == "X-Request-Id") return value.size() == 16 && hex(value);
  if (name == "traceparent")
    return value.size() == 55 && value.starts_with("00-") && hex(value.substr(3, 32)) && hex(value.substr(36, 16));
  return false;
}

std::string plainly(const wire::message& m, const std::string& client) {
  std::string out = m.line + "\r\n";
  for (auto [name, value] : m.fields) {
    if (own_field(m, name, value, client)) continue;
    if (const auto at = value.rfind(client); name == "X-Forwarded-For" && at != std::string::npos)
      value.replace(at, client.size(), "{client}");
    out.append(name).append(": ").append(value).append("\r\n");
  }
  return out + "\r\n" + m.body;
}

std::string shown(std::string_view bytes) {
  std::string out;
  for (const char c : bytes.substr(0, 3000)) {
    if (c == '\r')
      out += "\\r";
    else if (c == '\n')
      out += "\\n\n";
    else if (c < 0x20 || c > 0x7e)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out;
}

template <class Env>
class rig {
 public:
  rig(const scene& s, bool split) : scene_(s), split_(split) {
    client_host_.set_address(env_.any(9).address);
    options o;
    o.name = "router-0";
    if (s.with) s.with(o);
    registry::service_list list{"payment", 1, {}};
    instance* const all[] = {&a_, &b_};
    for (unsigned i = 0; i < s.instances; ++i) {
      auto l = all[i]->host.listen(env_.any(2 + i));
      EXPECT_TRUE(l.has_value());
      const net::endpoint at = (*l)->local();
      if (s.absent && i == 0) {
        l->reset();
      } else {
        all[i]->host.spawn(instance::accept(*all[i], std::move(*l)));
      }
      registry::instance one;
      one.id = i == 0 ? "a" : "b";
      one.service = "payment";
      one.address = at.address.to_string();
      one.port = at.port;
      list.instances.push_back(std::make_shared<registry::instance>(std::move(one)));
    }
    known_.set(list);
    router_ = std::make_unique<router>(router_host_, known_, std::move(o), nullptr);
    auto l = router_host_.listen(env_.any(1));
    EXPECT_TRUE(l.has_value());
    const net::endpoint at = (*l)->local();
    router_host_.spawn(router_->serve(std::move(*l)));
    client_host_.spawn(call(client_host_, client_, at, s.client, s.patient, split));
  }

  void run() {
    net::world& w = env_.world;
    const int before = failures();
    EXPECT_TRUE(env_.world.run_until(w.now() + Env::patience, [&] { return client_.played && over(); }))
        << "the client waits in vain";
    env_.world.run_until(w.now() + Env::settle);
    const wire::reading seen = answers();
    check_client(seen, client_.ended);
    check_instances();
    if (failures() > before) {
      ADD_FAILURE() << "the client saw:\n" << shown(client_.got) << "\nand then: " << client_.end.message();
      for (const instance* i : {&a_, &b_})
        for (const conversation& c : i->conversations)
          ADD_FAILURE() << i->host.name() << " saw:\n" << shown(c.got) << "\nand then: " << c.end.message();
    }
    // Nothing is left behind.
    client_host_.kill();
    client_.stream.reset();
    settle([&] { return router_->in_flight() == 0; });
    EXPECT_EQ(router_->in_flight(), 0U);
    a_.host.kill();
    b_.host.kill();
    a_.conversations.clear();
    b_.conversations.clear();
    router_host_.kill();
    router_.reset();
    known_.set({"payment", 99, {}});  // its pools
    settle([&] { return env_.open() == 0; });
    EXPECT_EQ(env_.open(), 0U);
  }

 private:
  static int failures() { return testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count(); }
  /// Not much longer than it takes.
  void settle(const std::function<bool()>& done) { env_.world.run_until(env_.world.now() + 500ms, done); }

  wire::reading answers() const {
    return wire::read(scene_.to_head ? wire::kind::answer_to_head : wire::kind::answer, client_.got,
                      client_.end == net::end_of_stream());
  }
  bool over() {
    if (scene_.end == ending::gone || client_.ended) return true;
    if (scene_.end != ending::kept) return false;
    if (looked_at_ == client_.got.size()) return all_there_;
    looked_at_ = client_.got.size();
    const wire::reading r = answers();
    all_there_ = !r.problem.empty() || r.whole() >= scene_.statuses.size();
    return all_there_;
  }

  void check_client(const wire::reading& seen, bool ended) {
    EXPECT_EQ(seen.problem, "") << "in the answers";
    std::vector<unsigned> statuses;
    for (const wire::message& m : seen.messages) statuses.push_back(m.status);
    if (scene_.end != ending::gone) {
      EXPECT_EQ(statuses, scene_.statuses);
    }
    const bool whole = seen.messages.empty() || seen.messages.back().whole;
    EXPECT_EQ(whole || scene_.end == ending::gone, scene_.end != ending::cut) << "the last answer is whole";
    switch (scene_.end) {
      case ending::kept:
        EXPECT_FALSE(ended) << "closed";
        break;
      case ending::closed:
        EXPECT_TRUE(ended) << "still open";
        EXPECT_EQ(client_.end, net::end_of_stream());
        break;
      case ending::reset:
        EXPECT_EQ(client_.end, net::reset());
        break;
      case ending::over:
      case ending::cut:
        EXPECT_TRUE(ended) << "still open";
        break;
      case ending::gone:
        break;
    }
    const std::string_view got = client_.got;
    for (const std::string& text : scene_.answer_has) EXPECT_NE(got.find(text), got.npos) << "no " << text;
    for (const std::string& text : scene_.answer_lacks) EXPECT_EQ(got.find(text), got.npos) << "has " << text;
    if (scene_.last_body && !seen.messages.empty()) {
      EXPECT_EQ(seen.messages.back().body, *scene_.last_body);
    }
    if (!scene_.answer_is.empty()) {
      std::vector<std::string> all;
      for (const wire::message& m : seen.messages) all.push_back(plainly(m, "nobody"));
      EXPECT_EQ(all, scene_.answer_is);
    }
  }

  void check_instances() {
    std::size_t requests = 0, connections = 0;
    std::vector<std::string> all;
    std::string got;
    for (instance* i : {&a_, &b_}) {
      for (conversation& c : i->conversations) {
        ++connections;
        const wire::reading& r = c.read_requests();
        EXPECT_EQ(r.problem, "") << "in the requests";
        requests += r.whole();
        got += c.got;
        for (const wire::message& m : r.messages)
          if (m.whole) all.push_back(plainly(m, env_.any(9).address.to_string()));
      }
    }
    EXPECT_EQ(requests, scene_.requests) << "requests seen by instances";
    if (scene_.connections > 0) {
      EXPECT_EQ(connections, scene_.connections);
    }
    if (scene_.untouched) {
      EXPECT_EQ(connections, 0U);
    }
    for (const std::string& text : scene_.request_has) EXPECT_NE(got.find(text), got.npos) << "no " << text;
    for (const std::string& text : scene_.request_lacks) EXPECT_EQ(got.find(text), got.npos) << "has " << text;
    if (!scene_.request_is.empty()) {
      EXPECT_EQ(all, scene_.request_is);
    }
  }

  const scene& scene_;
  bool split_;
  std::size_t looked_at_ = ~0UL;
  bool all_there_ = false;
  Env env_;
  net::host router_host_{env_.world, "router/0"};
  discovery::fixed_resolver known_{router_host_, {}};
  instance a_{env_.world, "payment/0", scene_, split_}, b_{env_.world, "payment/1", scene_, split_};
  net::host client_host_{env_.world, "client"};
  conversation client_;
  std::unique_ptr<router> router_;
};

std::size_t length_of(const script& s) {
  std::size_t n = 0;
  for (const act& a : s) n += a.text.size() * a.times;
  return n;
}

}  // namespace

void play(const std::vector<scene>& table) {
  std::set<std::string_view> names;
  for (const scene& s : table) {
    SCOPED_TRACE("scene " + s.name);
    EXPECT_TRUE(names.insert(s.name).second) << "twice in this table";
    {
      SCOPED_TRACE("simulated");
      rig<sim_env>(s, false).run();
    }
    std::size_t length = length_of(s.client);
    for (const script& reply : s.instance) length += length_of(reply);
    if (!s.whole_only && length < 6000) {
      SCOPED_TRACE("simulated, byte by byte");
      rig<sim_env>(s, true).run();
    }
    if (!s.sim_only) {
      SCOPED_TRACE("live");
      rig<live_env>(s, false).run();
    }
  }
}

std::string_view cause_of(unsigned status) {
  switch (status) {
    case 405:
      return "method-not-allowed";
    case 408:
      return "request-timeout";
    case 413:
      return "body-too-large";
    case 414:
      return "target-too-long";
    case 431:
      return "head-too-large";
    case 501:
      return "unsupported-coding";
    case 505:
      return "unsupported-version";
    default:
      return "bad-request";
  }
}

}  // namespace meshgauge::proxy::conformance
