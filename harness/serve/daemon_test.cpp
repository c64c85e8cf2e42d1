// The whole daemon, on real ports, from the outside: plain sockets speak to it.

#include "harness/serve/daemon.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "harness/serve/config_file.hpp"
#include "harness/serve/open_metrics_checker_test.hpp"

namespace meshgauge::serve {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using testing::ElementsAre;
using testing::HasSubstr;

const net::endpoint anywhere{boost::asio::ip::address_v4::loopback(), 0};

void wait_a_moment() {
  ::poll(nullptr, 0, 10);
}
template <class Predicate>
bool eventually(Predicate holds) {
  for (int i = 0; i < 1000; ++i) {
    if (holds()) return true;
    wait_a_moment();
  }
  return false;
}

/// An instance: answers everything with 200, after a while. A world on a thread of its own.
class instance {
 public:
  instance() {
    std::promise<net::endpoint> where;
    auto future = where.get_future();
    thread_ = std::thread([this, &where] { run(where); });
    at_ = future.get();
  }
  ~instance() {
    ending_ = true;
    world_->wake();
    thread_.join();
  }
  const net::endpoint& at() const { return at_; }

 private:
  void run(std::promise<net::endpoint>& where) {
    net::live::live_world world({});
    world_ = &world;
    net::host host(world, "instance");
    auto door = host.listen(anywhere);
    host.spawn(http::accept_all(host, **door, [&host](net::stream_ptr s) { return serve(host, std::move(s)); }));
    where.set_value((*door)->local());
    world.run_until(never, [this] { return ending_.load(); });
    host.kill();
  }
  static net::task<void> serve(net::host& h, net::stream_ptr s) {
    http::server_connection c(h, std::move(s));
    http::request r;
    for (;;) {
      const bool more = co_await c.next(r);
      if (!more) co_return;
      const auto ec = co_await h.sleep(1ms);
      if (ec) co_return;
      const http::answer a{.body = "yes\n"};
      const bool open = co_await c.reply(r, a);
      if (!open) co_return;
    }
  }

  std::atomic<bool> ending_{false};
  net::live::live_world* world_ = nullptr;
  net::endpoint at_;
  std::thread thread_;
};

/// A client that blocks, over one connection.
class client {
 public:
  struct answer {
    unsigned status = 0;  ///< 0: none came
    std::string head, body;
    bool closes = false;
  };

  bool connect(const net::endpoint& to) {
    boost::system::error_code ec;
    stream_.connect(tcp::endpoint(to.address, to.port), ec);
    return !ec;
  }
  answer ask(std::string_view what, std::string_view body = {}) {
    answer out;
    boost::system::error_code ec;
    const std::string request =
        fmt::format("{} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", what, body.size(), body);
    boost::asio::write(stream_, boost::asio::buffer(request), ec);
    std::size_t end = std::string::npos;
    while (!ec && (end = text_.find("\r\n\r\n")) == std::string::npos) more(ec);
    if (ec) return out;
    out.head = text_.substr(0, end + 4);
    text_.erase(0, end + 4);
    const auto length = out.head.find("Content-Length: ");
    const std::size_t size = length == std::string::npos ? 0 : std::stoul(out.head.substr(length + 16));
    while (!ec && text_.size() < size) more(ec);
    if (ec) return out;
    out.body = text_.substr(0, size);
    text_.erase(0, size);
    out.status = static_cast<unsigned>(std::stoul(out.head.substr(9, 3)));
    out.closes = out.head.find("Connection: close") != std::string::npos;
    return out;
  }
  /// How the connection ends.
  boost::system::error_code wait_for_end() {
    boost::system::error_code ec;
    while (!ec) more(ec);
    return ec;
  }

 private:
  void more(boost::system::error_code& ec) {
    char block[16384];
    text_.append(block, stream_.read_some(boost::asio::buffer(block), ec));
  }
  boost::asio::io_context context_;
  tcp::socket stream_{context_};
  std::string text_;
};

client::answer ask(const net::endpoint& at, std::string_view what, std::string_view body = {}) {
  client c;
  return c.connect(at) ? c.ask(what, body) : client::answer{};
}

/// A daemon on a thread of its own; stopped twice at the end if it still runs.
class running {
 public:
  explicit running(const std::string& text) {
    config c;
    EXPECT_EQ(language::report(read_config_text(text, "test.json", c)), "");
    EXPECT_EQ(contradiction(c), std::nullopt);
    daemon_ = std::make_unique<daemon>(std::move(c));
    std::promise<void> up;
    thread_ = std::thread([this, &up] {
      bool said = false;
      problem_ = daemon_->run([&](const daemon::addresses& at) {
        at_ = at;
        said = true;
        up.set_value();
      });
      if (!said) up.set_value();
      ended_ = true;
    });
    up.get_future().wait();
  }
  ~running() {
    if (!thread_.joinable()) return;
    stop(), stop();
    thread_.join();
  }
  void stop() { daemon_->stop(); }
  std::optional<std::string> end() {
    thread_.join();
    return problem_;
  }
  bool ended() const { return ended_; }
  const daemon::addresses& at() const { return at_; }
  bool healthy() const { return ask(*at_.admin, "GET /healthz").status == 200; }

 private:
  std::unique_ptr<daemon> daemon_;
  daemon::addresses at_;
  std::optional<std::string> problem_;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

void register_at(const net::endpoint& registry, const instance& i, const char* id) {
  const auto body = fmt::format(R"({{"address":"127.0.0.1","port":{},"ttl":"10m"}})", i.at().port);
  EXPECT_EQ(ask(registry, fmt::format("PUT /v1/services/payment/instances/{}", id), body).status, 201U);
}

TEST(Daemon, TwoWorkersServeWhatIsRegisteredAndTheirMetricsAddUp) {
  instance one, two;
  running d(R"({"listen": "127.0.0.1:0", "admin": "127.0.0.1:0", "registry": "127.0.0.1:0", "workers": 2})");
  register_at(*d.at().registry, one, "one");
  register_at(*d.at().registry, two, "two");
  ASSERT_TRUE(eventually([&] { return d.healthy(); }));
  ASSERT_TRUE(eventually([&] {
    const auto page = open_metrics_checker::read(ask(*d.at().admin, "GET /metrics").body);
    return page.sum("meshgauge_instances") == 4;  // two in each worker's view
  }));

  constexpr int connections = 24, requests = 5;
  std::vector<std::unique_ptr<client>> clients;
  for (int i = 0; i < connections; ++i) {
    clients.push_back(std::make_unique<client>());
    ASSERT_TRUE(clients.back()->connect(d.at().router));
    for (int n = 0; n < requests; ++n) {
      const auto a = clients.back()->ask("GET /payment/x");
      ASSERT_EQ(a.status, 200U);
      EXPECT_EQ(a.body, "yes\n");
    }
  }
  EXPECT_EQ(clients[0]->ask("GET /nobody/x").status, 503U);

  const auto answer = ask(*d.at().admin, "GET /metrics");
  EXPECT_THAT(answer.head, HasSubstr("Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"));
  const auto page = open_metrics_checker::read(answer.body);
  EXPECT_THAT(page.problems, ElementsAre());
  EXPECT_EQ(page.sum("meshgauge_requests_total", "status=\"200\""), connections * requests);
  EXPECT_EQ(page.sum("meshgauge_requests_total"), connections * requests + 1);
  EXPECT_EQ(page.sum("meshgauge_request_causes_total", "cause=\"ok\""), connections * requests);
  EXPECT_EQ(page.sum("meshgauge_request_causes_total", "cause=\"no-route\""), 1);
  EXPECT_EQ(page.sum("meshgauge_requests_begun_total"), connections * requests + 1);
  EXPECT_EQ(page.sum("meshgauge_request_duration_seconds_count"), connections * requests + 1);
  EXPECT_EQ(page.sum("meshgauge_attempts_total"), connections * requests);
  EXPECT_EQ(page.sum("meshgauge_client_connections_total"), connections);
  EXPECT_EQ(page.sum("meshgauge_client_connections_open"), connections);
  EXPECT_EQ(page.sum("meshgauge_requests_in_flight"), 0);
  EXPECT_GT(page.sum("meshgauge_requests_total", "worker=\"0\""), 0);
  EXPECT_GT(page.sum("meshgauge_requests_total", "worker=\"1\""), 0);

  const auto known = nlohmann::json::parse(ask(*d.at().admin, "GET /instances").body);
  EXPECT_EQ(known.at("workers").at(1).at("services").at("payment").at("instances").size(), 2U);
  EXPECT_EQ(nlohmann::json::parse(ask(*d.at().admin, "GET /config").body).at("workers"), 2);
  EXPECT_EQ(ask(*d.at().admin, "GET /nothing").status, 404U);
  const auto posted = ask(*d.at().admin, "POST /metrics");
  EXPECT_EQ(posted.status, 405U);
  EXPECT_THAT(posted.head, HasSubstr("Allow: GET, HEAD\r\n"));

  clients.clear();
  d.stop();
  EXPECT_EQ(d.end(), std::nullopt);
}

/// Asks over a kept connection until new ones are refused; comes back when told `Connection: close`.
struct load_result {
  int answered = 0, failed = 0, told_to_close = 0;
};
load_result keep_asking(const net::endpoint& at) {
  load_result out;
  for (;;) {
    client c;
    if (!c.connect(at)) return out;
    for (bool go_on = true; go_on;) {
      const auto a = c.ask("GET /payment/x");
      (a.status == 200 ? out.answered : out.failed) += 1;
      out.told_to_close += a.closes ? 1 : 0;
      go_on = a.status == 200 && !a.closes;
      if (a.status == 0) return out;
    }
  }
}

TEST(Daemon, DrainsUnderLoadWithoutAFailedRequest) {
  instance one;
  for (int round = 0; round < 3; ++round) {
    running d(fmt::format(R"({{"listen": "127.0.0.1:0", "admin": "127.0.0.1:0", "workers": 2,
                              "instances": {{"payment": ["{}"]}}}})",
                          net::to_string(one.at())));
    std::vector<std::future<load_result>> clients;
    for (int i = 0; i < 12; ++i) clients.push_back(std::async(std::launch::async, keep_asking, d.at().router));
    ASSERT_TRUE(eventually([&] {
      return open_metrics_checker::read(ask(*d.at().admin, "GET /metrics").body).sum("meshgauge_requests_total") > 200;
    }));
    d.stop();
    int closed = 0;
    for (auto& c : clients) {
      const load_result r = c.get();
      EXPECT_EQ(r.failed, 0);
      EXPECT_GT(r.answered, 0);
      closed += r.told_to_close;
    }
    EXPECT_EQ(closed, 12) << "each connection ended with an answer that said so";
    EXPECT_EQ(d.end(), std::nullopt);
  }
}

TEST(Daemon, DrainingIsSaidAndWaitsForOpenConnections) {
  running d(R"({"listen": "127.0.0.1:0", "admin": "127.0.0.1:0", "instances": {"a": ["127.0.0.1:1"]}})");
  client idle;
  ASSERT_TRUE(idle.connect(d.at().router));
  EXPECT_EQ(idle.ask("GET /b").status, 503U);
  ASSERT_TRUE(d.healthy());
  d.stop();
  ASSERT_TRUE(eventually([&] { return ask(d.at().router, "GET /b").status == 0; })) << "nobody new is let in";
  const auto health = ask(*d.at().admin, "GET /healthz");
  EXPECT_EQ(health.status, 503U);
  EXPECT_EQ(health.body, "draining\n");
  EXPECT_FALSE(d.ended());
  const auto last = idle.ask("GET /b");
  EXPECT_EQ(last.status, 503U);
  EXPECT_TRUE(last.closes);
  EXPECT_EQ(d.end(), std::nullopt);
}

TEST(Daemon, IdleConnectionsAreClosedPolitelyWhenTheDrainTimeIsOver) {
  running d(R"({"listen": "127.0.0.1:0", "drain-timeout": "200ms", "instances": {"a": ["127.0.0.1:1"]}})");
  client idle;
  ASSERT_TRUE(idle.connect(d.at().router));
  EXPECT_EQ(idle.ask("GET /b").status, 503U);
  d.stop();
  EXPECT_EQ(idle.wait_for_end(), boost::asio::error::eof);
  EXPECT_EQ(d.end(), std::nullopt);
}

TEST(Daemon, ASecondStopEndsAtOnce) {
  running d(R"({"listen": "127.0.0.1:0", "drain-timeout": "1h", "instances": {"a": ["127.0.0.1:1"]}})");
  client idle;
  ASSERT_TRUE(idle.connect(d.at().router));
  EXPECT_EQ(idle.ask("GET /b").status, 503U);
  d.stop();
  d.stop();
  EXPECT_EQ(d.end(), std::nullopt);
}

TEST(Daemon, APortThatIsTakenIsSaid) {
  boost::asio::io_context context;
  const tcp::acceptor taken(context, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
  const std::string at = fmt::format("127.0.0.1:{}", taken.local_endpoint().port());
  for (const char* form : {R"({{"listen": "{}", "instances": {{"a": []}}}})",
                           R"({{"listen": "{}", "workers": 2, "instances": {{"a": []}}}})",
                           R"({{"listen": "127.0.0.1:0", "admin": "{}", "instances": {{"a": []}}}})",
                           R"({{"listen": "127.0.0.1:0", "registry": "{}"}})"}) {
    running d(fmt::format(fmt::runtime(form), at));
    EXPECT_THAT(d.end().value_or("nothing"), HasSubstr("cannot listen at " + at + ": Address already in use")) << form;
  }
}

TEST(Daemon, TwoDaemonsNeverShareAPort) {
  running first(R"({"listen": "127.0.0.1:0", "workers": 2, "instances": {"a": []}})");
  running second(
      fmt::format(R"({{"listen": "{}", "workers": 2, "instances": {{"a": []}}}})", net::to_string(first.at().router)));
  EXPECT_THAT(second.end().value_or("nothing"), HasSubstr("Address already in use"));
}

TEST(Daemon, ARegistryThatComesLaterIsNoticed) {
  net::endpoint registry = anywhere;
  {
    boost::asio::io_context context;
    registry.port = tcp::acceptor(context, tcp::endpoint(registry.address, 0)).local_endpoint().port();
  }
  testing::internal::CaptureStderr();
  {
    running d(fmt::format(R"({{"listen": "127.0.0.1:0", "admin": "127.0.0.1:0", "use-registry": "{}"}})",
                          net::to_string(registry)));
    const auto health = ask(*d.at().admin, "GET /healthz");
    EXPECT_EQ(health.status, 503U);
    EXPECT_EQ(health.body, "worker 0 has no answer of the registry yet\n");
    EXPECT_EQ(ask(d.at().router, "GET /payment").status, 503U);
    running late(fmt::format(R"({{"listen": "127.0.0.1:0", "registry": "{}"}})", net::to_string(registry)));
    EXPECT_TRUE(eventually([&] { return d.healthy(); }));
    instance one;
    register_at(registry, one, "one");
    EXPECT_TRUE(eventually([&] { return ask(d.at().router, "GET /payment").status == 200; }));
  }
  const std::string said = testing::internal::GetCapturedStderr();
  const std::string who = "meshgauge: the registry at http://" + net::to_string(registry);
  EXPECT_THAT(said, HasSubstr(who + " cannot be reached: Connection refused\n"));
  EXPECT_THAT(said, HasSubstr(who + " answers again\n"));
  const std::string before = said.substr(0, said.find(who + " answers again"));
  EXPECT_EQ(before.find(who + " cannot"), before.rfind(who + " cannot")) << "once each change";
}

TEST(Daemon, TheAccessLogGoesToAFile) {
  const std::string path = testing::TempDir() + fmt::format("meshgauge-access-{}.log", ::getpid());
  std::remove(path.c_str());
  {
    running d(fmt::format(R"({{"listen": "127.0.0.1:0", "access-log": "full", "access-log-file": "{}", "workers": 2,
                              "instances": {{"a": ["127.0.0.1:1"]}}}})",
                          path));
    for (int i = 0; i < 10; ++i) EXPECT_EQ(ask(d.at().router, "GET /a/x").status, 502U);
    d.stop();
    EXPECT_EQ(d.end(), std::nullopt);
  }
  std::ifstream in(path);
  std::set<std::string> ids;
  int lines = 0;
  for (std::string line; std::getline(in, line); ++lines) {
    const auto entry = nlohmann::json::parse(line);
    EXPECT_EQ(entry.at("cause"), "connection-refused");
    EXPECT_EQ(entry.at("instance"), "a/0000");
    EXPECT_EQ(entry.at("status"), 502);
    ids.insert(entry.at("request"));
  }
  EXPECT_EQ(lines, 10);
  EXPECT_EQ(ids.size(), 10U) << "no two requests have the same id, whoever served them";
  std::remove(path.c_str());
}

TEST(Daemon, AFileThatCannotBeWrittenIsSaid) {
  running d(
      R"({"listen": "127.0.0.1:0", "access-log": "full", "access-log-file": "/nowhere/x", "instances": {"a": []}})");
  EXPECT_THAT(d.end().value_or("nothing"), HasSubstr("the access log cannot be written to /nowhere/x: No such file"));
}

}  // namespace
}  // namespace meshgauge::serve
