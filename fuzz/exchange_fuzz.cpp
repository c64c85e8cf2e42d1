// A whole router between a client and an instance that say whatever the input tells them, in the simulated world.
//
// Input: scripts (fuzz/script.hpp) with <@> between them. The first is the client's, the others are the instance's
// answers, in the order in which heads of requests reach it, over and over. In front may stand <retry>.
//
// Then a well-behaved client asks through the same router and the same pool, and must get its own answer.

#include <algorithm>
#include <memory>
#include <string>

#include "fakes/sim/sim_world.hpp"
#include "fuzz/claim.hpp"
#include "fuzz/script.hpp"
#include "fuzz/wire.hpp"
#include "router/discovery/fixed_resolver.hpp"
#include "router/net/block_pool.hpp"
#include "router/proxy/router.hpp"

namespace meshgauge::fuzz {
namespace {

using namespace std::chrono_literals;
using net::error_code;
using net::task;

net::endpoint at(unsigned n) {
  return {boost::asio::ip::address_v4(0x0a000000U + n), 80};
}

constexpr std::string_view control_request =
    "GET /payment/control HTTP/1.1\r\nHost: control\r\nConnection: close\r\n\r\n";
constexpr std::string_view control_answer = "HTTP/1.1 203 Control\r\nContent-Length: 7\r\n\r\ncontrol";

struct connection_seen {
  std::string got, said;
  bool closed = false;  ///< by the instance, politely
};

struct instance {
  explicit instance(net::world& w) : host(w, "payment/0") {}
  static task<void> accept(instance& me, net::listener_ptr l) {
    for (;;) {
      auto s = co_await l->accept();
      if (!s) co_return;
      me.connections.push_back(std::make_unique<connection_seen>());
      me.host.spawn(talk(me, *me.connections.back(), std::move(*s)));
    }
  }
  static task<void> talk(instance& me, connection_seen& seen, net::stream_ptr s) {
    for (std::size_t answered = 0;;) {
      const error_code ec = co_await s->fill();
      if (ec) co_return;
      seen.got += s->peek();
      s->consume(s->peek().size());
      for (;;) {
        const reading r = read_requests(seen.got, false);
        if (answered == r.messages.size()) break;
        const message asked = r.messages[answered++];
        std::string_view script = control_answer;
        if (asked.target != "/payment/control")
          script = me.scripts.empty() ? "" : me.scripts[me.next++ % me.scripts.size()];
        ++me.playing;
        const bool open = co_await play(*s, script, net::closing::graceful, seen.said);
        --me.playing;
        if (!open) {
          seen.closed = script.find("<.>") < script.find("<!>");  // the first of them is what happened
          co_return;
        }
      }
    }
  }
  net::host host;
  std::vector<std::string_view> scripts;
  std::vector<std::unique_ptr<connection_seen>> connections;
  std::size_t next = 0, playing = 0;
};

struct client {
  client(net::world& w, std::string name) : host(w, std::move(name)) {}
  void start(std::string_view script) { host.spawn(talk(*this, script)); }
  static task<void> talk(client& me, std::string_view script) {
    me.stream = me.host.open(at(1));
    const error_code ec = co_await me.stream->opened();
    if (ec) {
      me.sending = me.reading = false;
      co_return;
    }
    me.host.spawn(listen(me));
    const bool open = co_await play(*me.stream, script, net::closing::send, me.sent);
    (void)open;
    me.sending = false;
  }
  static task<void> listen(client& me) {
    error_code ec;
    while (!ec) {
      ec = co_await me.stream->fill();
      me.got += me.stream->peek();
      me.stream->consume(me.stream->peek().size());
    }
    me.end = ec;
    me.reading = false;
  }
  net::host host;
  net::stream_ptr stream;
  std::string sent, got;
  error_code end;
  bool sending = true, reading = true;
};

struct counter final : discovery::observer {
  void attempted(const discovery::attempt_record&) override { ++attempts; }
  std::uint64_t attempts = 0;
};

/// Everybody, for one input.
class play_house {
 public:
  explicit play_house(std::string_view input) {
    proxy::options o;
    o.name = "router-0";
    if (input.starts_with("<retry>")) {
      input.remove_prefix(7);
      o.retry = {.count = 2, .on_connect_failure = true, .on_reset = true, .on_timeout = true, .on_5xx = true};
    }
    const std::string_view first = take_until(input, "<@>");
    while (!input.empty()) upstream_.scripts.push_back(take_until(input, "<@>"));
    registry::service_list list{"payment", 1, {}};
    list.instances.push_back(std::make_shared<registry::instance>(
        registry::instance{.id = "a", .service = "payment", .address = at(2).address.to_string(), .port = 80}));
    known_.set(list);
    router_ = std::make_unique<proxy::router>(host_, known_, std::move(o), &counter_);
    auto front = host_.listen(at(1));
    auto back = upstream_.host.listen(at(2));
    claim(front.has_value() && back.has_value(), "a fresh world has room for two listeners");
    host_.spawn(router_->serve(std::move(*front)));
    upstream_.host.spawn(instance::accept(upstream_, std::move(*back)));
    client_.start(first);
  }

  void run() {
    // Until everybody has said what they have to say; then some more, for what is on its way.
    const auto settled = [&] { return !client_.sending && upstream_.playing == 0; };
    world_.run_until(world_.now() + 60s, settled);
    do {
      world_.run_for(20ms);
    } while (!settled() && world_.now() < instant{} + 120s);
    control_.start(control_request);
    world_.run_for(3s);
    claim_control();
    world_.run_for(30s);  // idle keep-alives of a client that says nothing more end at 75 s
    world_.run_for(120s);
    claim_conversation();
    client_.host.kill();
    control_.host.kill();
    world_.run_for(300s);
    claim(router_->in_flight() == 0, "no request is under way when nobody asks");
    claim(host_.running() == 1, "only the one that accepts is left of the router's coroutines");
  }

  /// As processes end: the router's views of the world go before the world does.
  void leave() {
    client_.stream.reset();
    control_.stream.reset();
    host_.kill();
    upstream_.host.kill();
    router_.reset();
    known_.set({"payment", 99, {}});
    world_.run_for(1s);
    claim(world_.connections() == 0, "no connection outlives its ends");
    claim(host_.running() == 0, "no coroutine outlives its host");
  }

 private:
  void claim_control() {
    const std::vector<message> asked(1);
    const reading r = read_answers(control_.got, asked, control_.end == net::end_of_stream());
    claim(r.messages.size() == 1 && r.behind == reading::rest::none, "who asks properly gets one answer", control_.got);
    claim(r.messages[0].status == 203 && r.messages[0].body == "control", "and it is the one to the question",
          control_.got);
  }

  void claim_conversation() {
    const reading asked = read_requests(client_.sent, true);
    std::vector<message> answers;
    std::size_t heads = 0;
    for (const auto& c : upstream_.connections) {
      const reading r = read_requests(c->got, false);
      claim(r.behind != reading::rest::malformed, "an instance never gets what is not HTTP", c->got);
      for (const message& m : r.messages) {
        ++heads;
        claim(m.last_via.ends_with(" router-0"), "every request at an instance was written by the router", c->got);
        claim(known(m, asked), "every request at an instance was asked by the client", c->got);
      }
      const reading said = read_answers(c->said, r.messages, c->closed);
      answers.insert(answers.end(), said.messages.begin(), said.messages.end());
    }
    // A kept connection that turns out to be closed costs one more head for an attempt.
    claim(heads <= 2 * counter_.attempts, "an instance sees no more requests than the router has tried");
    const reading told = read_answers(client_.got, asked.messages, client_.end == net::end_of_stream());
    claim(told.behind != reading::rest::malformed, "a client never gets what is not HTTP", client_.got);
    claim(told.messages.size() <= asked.messages.size() + 1, "one answer a request, and one for what is none",
          client_.got);
    for (const message& m : told.messages) {
      if (m.own_answer || !m.whole) continue;
      const bool said = std::any_of(answers.begin(), answers.end(), [&](const message& a) {
        return a.whole && a.status == m.status && a.body == m.body;
      });
      claim(said, "a whole answer was said so by an instance", client_.got);
    }
  }

  static bool known(const message& at_instance, const reading& asked) {
    if (at_instance.target == "/payment/control") return true;
    return std::any_of(asked.messages.begin(), asked.messages.end(), [&](const message& m) {
      return m.method == at_instance.method && m.target == at_instance.target &&
             (at_instance.whole ? m.whole && m.body == at_instance.body : m.body.starts_with(at_instance.body));
    });
  }

  sim::sim_world world_{1};
  net::host host_{world_, "router/0"};
  discovery::fixed_resolver known_{host_, {}};
  counter counter_;
  std::unique_ptr<proxy::router> router_;
  instance upstream_{world_};
  client client_{world_, "client"}, control_{world_, "control"};
};

}  // namespace
}  // namespace meshgauge::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace meshgauge;
  const std::size_t before = net::block_pool::outstanding();
  {
    fuzz::play_house house(fuzz::text_of(data, size));
    house.run();
    house.leave();
  }
  fuzz::claim(net::block_pool::outstanding() == before, "no memory of coroutines and buffers outlives a world");
  return 0;
}
