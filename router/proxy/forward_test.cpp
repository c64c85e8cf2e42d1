#include "router/proxy/forward.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meshgauge::proxy {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view made = "00-11111111111111111111111111111111-2222222222222222-01";

std::string sent_on(std::string_view fields, forwarding f = {}, std::string_view target = "/p/7") {
  const std::string text = "GET " + std::string(target) + " HTTP/1.1\r\nHost: shop\r\n" + std::string(fields) + "\r\n";
  http::head h;
  EXPECT_EQ(http::parse_request(text, {}, h), http::verdict::complete) << text;
  f.proxy = "router-0";
  f.client = "10.0.0.9";
  f.request_id = "id-1";
  f.traceparent = made;
  f.target = h.target;
  std::string out;
  append_request_head(out, h, f);
  return out;
}

TEST(Forward, several_forwarded_for_lines_are_one_list_with_the_client_at_its_end) {
  const std::string out = sent_on("X-Forwarded-For: 1.1.1.1\r\nA: b\r\nx-forwarded-for: 2.2.2.2, 3.3.3.3\r\n");
  EXPECT_THAT(out, HasSubstr("\r\nX-Forwarded-For: 1.1.1.1, 2.2.2.2, 3.3.3.3, 10.0.0.9\r\n"));
  EXPECT_THAT(out, Not(HasSubstr("x-forwarded-for")));
}

TEST(Forward, what_the_client_says_of_host_and_scheme_is_replaced) {
  const std::string out = sent_on("X-Forwarded-Host: evil\r\nX-Forwarded-Proto: https\r\n");
  EXPECT_THAT(out, HasSubstr("\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: shop\r\n"));
  EXPECT_THAT(out, Not(HasSubstr("evil")));
}

TEST(Forward, connection_cannot_take_away_who_asked) {
  const std::string out = sent_on(
      "Connection: x-forwarded-for, host, x-request-id, traceparent, via, x-gone\r\nX-Gone: 1\r\nX-Request-Id: 7\r\n"
      "X-Forwarded-For: 1.1.1.1\r\nVia: 1.1 edge\r\n");
  EXPECT_THAT(out, HasSubstr("X-Forwarded-For: 1.1.1.1, 10.0.0.9\r\n"));
  EXPECT_THAT(out, HasSubstr("X-Request-Id: 7\r\n"));
  EXPECT_THAT(out, HasSubstr("Via: 1.1 edge\r\nX-Forwarded-For"));
  EXPECT_THAT(out, Not(HasSubstr("X-Gone")));
}

TEST(Forward, a_trace_is_kept_or_made) {
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
  const std::string kept = sent_on("traceparent: " + good + "\r\ntracestate: a=1\r\nTraceState: b=2\r\n");
  EXPECT_THAT(kept, HasSubstr("traceparent: " + good + "\r\ntracestate: a=1\r\nTraceState: b=2\r\n"));
  EXPECT_THAT(sent_on(""), HasSubstr("traceparent: " + std::string(made)));
  const std::string anew = sent_on("traceparent: 00-xyz\r\ntracestate: a=1\r\n");
  EXPECT_THAT(anew, HasSubstr("traceparent: " + std::string(made)));
  EXPECT_THAT(anew, Not(HasSubstr("tracestate"))) << "a state without its parent means nothing";
  EXPECT_THAT(sent_on("traceparent: " + good + "\r\ntraceparent: " + good + "\r\n"), Not(HasSubstr(good)));
}

TEST(Forward, what_a_good_traceparent_is) {
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  EXPECT_TRUE(good_traceparent(good));
  EXPECT_TRUE(good_traceparent("cc" + good.substr(2) + "-what-comes-later"));
  EXPECT_FALSE(good_traceparent(good + "-x")) << "version 00 ends there";
  EXPECT_FALSE(good_traceparent("ff" + good.substr(2)));
  EXPECT_FALSE(good_traceparent("00-00000000000000000000000000000000-b7ad6b7169203331-01"));
  EXPECT_FALSE(good_traceparent("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"));
  EXPECT_FALSE(good_traceparent("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"));
  EXPECT_FALSE(good_traceparent(""));
  for (std::size_t n = 0; n < good.size(); ++n) EXPECT_FALSE(good_traceparent(good.substr(0, n))) << n;
}

TEST(Forward, an_absolute_target_without_a_path_gets_one) {
  EXPECT_THAT(sent_on("", {}, "http://shop?x=1"), StartsWith("GET /?x=1 HTTP/1.1\r\nHost: shop\r\n"));
  EXPECT_THAT(sent_on("", {}, "http://other"), StartsWith("GET / HTTP/1.1\r\nHost: other\r\n"));
}

TEST(Forward, one_offered_protocol_is_an_upgrade) {
  const auto offer = [](std::string fields) {
    const std::string text = "GET /p HTTP/1.1\r\nHost: shop\r\n" + fields + "\r\n";
    http::head h;
    EXPECT_EQ(http::parse_request(text, {}, h), http::verdict::complete);
    return std::string(upgrade_of(h));
  };
  EXPECT_EQ(offer("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"), "websocket");
  EXPECT_EQ(offer("Upgrade: websocket\r\n"), "") << "Connection does not name it";
  EXPECT_EQ(offer("Connection: upgrade\r\n"), "");
  EXPECT_EQ(offer("Connection: upgrade\r\nUpgrade: h2c, websocket\r\n"), "");
  EXPECT_EQ(offer("Connection: upgrade\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n"), "");
}

TEST(Forward, an_instance_says_how_long_it_keeps_a_connection) {
  const auto allowed = [](std::string fields) {
    const std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + fields + "\r\n";
    http::head h;
    EXPECT_EQ(http::parse_response(text, {}, false, h), http::verdict::complete);
    return idle_allowed(h, std::chrono::seconds(4)).count() / 1'000'000;
  };
  EXPECT_EQ(allowed(""), 4000);
  EXPECT_EQ(allowed("Keep-Alive: timeout=5, max=100\r\n"), 4000);
  EXPECT_EQ(allowed("Keep-Alive: timeout=2\r\n"), 1500);
  EXPECT_EQ(allowed("Keep-Alive: timeout=0\r\n"), 0);
  EXPECT_EQ(allowed("Keep-Alive: timeout=soon\r\n"), 4000);
  EXPECT_EQ(allowed("Keep-Alive: timeout=99999999999\r\n"), 4000);
  EXPECT_EQ(allowed("Keep-Alive: max=5\r\n"), 4000);
}

TEST(Forward, max_forwards_is_told_anew) {
  const std::string out = sent_on("Max-Forwards: 3\r\n", {.max_forwards = 2});
  EXPECT_THAT(out, HasSubstr("Max-Forwards: 2\r\n"));
  EXPECT_THAT(out, Not(HasSubstr("Max-Forwards: 3")));
  EXPECT_THAT(sent_on("Max-Forwards: 3\r\n"), HasSubstr("Max-Forwards: 3\r\n"));
}

}  // namespace
}  // namespace meshgauge::proxy
