#include "harness/serve/access_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "harness/serve/wall_clock.hpp"
#include "router/discovery/endpoint_set.hpp"

namespace meshgauge::serve {
namespace {

using namespace std::chrono_literals;

discovery::request_record record(std::string_view id, unsigned status = 200, cause why = cause::none) {
  discovery::request_record r;
  r.service = "payment";
  r.request_id = id;
  r.method = "GET";
  r.target = "/payment/7";
  r.status = status;
  r.why = why;
  r.attempts = 1;
  r.begun = instant(1s);
  r.end = instant(1s + 6747us);
  return r;
}

/// Both ends of a pipe.
struct channel {
  int fds[2] = {-1, -1};
  channel() { EXPECT_EQ(::pipe(fds), 0); }
  ~channel() { close_reader(), close_writer(); }
  void close_reader() { close_one(fds[0]); }
  void close_writer() { close_one(fds[1]); }
  /// Everything until the writer's end is closed.
  std::string read_all() {
    std::string out;
    char block[65536];
    for (ssize_t n = 0; (n = ::read(fds[0], block, sizeof block)) > 0;) out.append(block, static_cast<std::size_t>(n));
    return out;
  }

 private:
  static void close_one(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
};

TEST(AccessLog, ALineIsJsonWithAllItsFields) {
  std::string line;
  append_line(line, record("81d6fbb2475202e6", 502, cause::connection_refused), "payment/0", 1'700'000'000'123);
  EXPECT_EQ(
      line,
      R"({"time":"2023-11-14T22:13:20.117Z","request":"81d6fbb2475202e6","method":"GET","target":"/payment/7",)"
      R"("service":"payment","instance":"payment/0","status":502,"cause":"connection-refused","attempts":1,"ms":6.747})"
      "\n");
}

TEST(AccessLog, OddBytesStayJson) {
  std::string line;
  auto r = record("a\"b\\c\x01\xff");
  append_line(line, r, "", 0);
  EXPECT_EQ(nlohmann::json::parse(line).at("request").get<std::string>(), "a\"b\\c\x01\u00ff");
}

TEST(AccessLog, TimestampsKnowTheCalendar) {
  const auto at = [](std::int64_t ms) {
    std::string out;
    append_timestamp(out, ms);
    return out;
  };
  EXPECT_EQ(at(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(at(951'868'799'999), "2000-02-29T23:59:59.999Z");
  EXPECT_EQ(at(-1), "1969-12-31T23:59:59.999Z");
}

TEST(AccessLog, ASampleIsAFunctionOfTheRequestAndGrowsWithItsShare) {
  int taken = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = fmt::format("{:016x}", i * 7919);
    const bool in = in_sample(id, 0.1);
    EXPECT_EQ(in, in_sample(id, 0.1));
    EXPECT_TRUE(!in || in_sample(id, 0.2)) << "a larger share keeps what a smaller one took";
    EXPECT_FALSE(in_sample(id, 0));
    EXPECT_TRUE(in_sample(id, 1));
    taken += in ? 1 : 0;
  }
  EXPECT_GT(taken, 850);
  EXPECT_LT(taken, 1150);
}

TEST(AccessLog, FailuresAreAlwaysInTheSample) {
  EXPECT_TRUE(failed(record("x", 500, cause::upstream_5xx)));
  EXPECT_TRUE(failed(record("x", 503)));
  EXPECT_TRUE(failed(record("x", 499, cause::client_abort)));
  EXPECT_TRUE(failed(record("x", 200, cause::truncated_response)));
  EXPECT_TRUE(failed(record("x", 400, cause::bad_request)));
  EXPECT_FALSE(failed(record("x", 404)));
  EXPECT_FALSE(failed(record("x", 200)));
}

TEST(AccessLog, RequestsThatOverlapKeepTheirOwnInstances) {
  channel pipe;
  {
    log_writer writer(pipe.fds[1], 1);
    access_log log(log_mode::full, 0, writer.at(0));
    const auto instance = [](const char* id) {
      return discovery::member(
          std::make_shared<registry::instance>(registry::instance{.id = id, .address = "127.0.0.1", .port = 1}));
    };
    const auto one = instance("one"), two = instance("two");
    log.attempted({.request_id = "a", .instance = &one});
    log.attempted({.request_id = "b", .instance = &one});
    log.attempted({.request_id = "b", .instance = &two});
    log.finished(record("a"));
    log.finished(record("b"));
  }
  pipe.close_writer();
  const std::string text = pipe.read_all();
  const auto end = text.find('\n') + 1;
  EXPECT_EQ(nlohmann::json::parse(text.substr(0, end)).at("instance"), "one");
  EXPECT_EQ(nlohmann::json::parse(text.substr(end)).at("instance"), "two");
}

TEST(LogWriter, LinesOfSeveralThreadsStayWholeAndInOrder) {
  channel pipe;
  constexpr int threads = 3, lines = 4000;
  std::string text;
  std::thread reader([&] { text = pipe.read_all(); });
  {
    log_writer writer(pipe.fds[1], threads);
    std::vector<std::thread> all;
    for (int t = 0; t < threads; ++t) {
      all.emplace_back([&, t] {
        for (int i = 0; i < lines; ++i) writer.at(t).write(fmt::format("{} {} {}\n", t, i, std::string(100, 'x')));
      });
    }
    for (std::thread& t : all) t.join();
    // Nothing was dropped: each thread wrote less than a lane holds.
    for (int t = 0; t < threads; ++t) EXPECT_EQ(writer.at(t).dropped(), 0U);
  }
  pipe.close_writer();
  reader.join();
  int next[threads] = {};
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    ASSERT_NE(end, std::string::npos);
    const int t = text[at] - '0';
    ASSERT_EQ(text.substr(at, end - at), fmt::format("{} {} {}", t, next[t], std::string(100, 'x')));
    ++next[t];
    at = end + 1;
  }
  for (const int n : next) EXPECT_EQ(n, lines);
}

TEST(LogWriter, AReaderThatStandsStillCostsLinesButNoTime) {
  channel pipe;
  std::uint64_t dropped = 0;
  constexpr std::uint64_t lines = 40'000;
  const std::string line = std::string(99, 'x') + "\n";  // four times what a lane holds
  {
    log_writer writer(pipe.fds[1], 1);
    for (std::uint64_t i = 0; i < lines; ++i) writer.at(0).write(line);  // comes back, or the test hangs
    dropped = writer.at(0).dropped();
    EXPECT_GT(dropped, lines / 2);
  }
  pipe.close_writer();
  const std::string text = pipe.read_all();
  EXPECT_GT(text.size(), 0U);
  EXPECT_EQ(text.size() % line.size(), 0U) << "a line was cut";
}

TEST(LogWriter, AReaderThatIsGoneIsNoEnd) {
  channel pipe;
  pipe.close_reader();
  log_writer writer(pipe.fds[1], 1);
  for (int i = 0; i < 1000 && writer.alive(); ++i) {
    writer.at(0).write("line\n");
    ::poll(nullptr, 0, 5);
  }
  EXPECT_FALSE(writer.alive());
  const std::uint64_t before = writer.at(0).dropped();
  writer.at(0).write("one more\n");
  EXPECT_EQ(writer.at(0).dropped(), before + 1);
}

}  // namespace
}  // namespace meshgauge::serve
