#include "router/http/head.hpp"

#include <gtest/gtest.h>

#include <string>

namespace meshgauge::http {
namespace {

verdict request(std::string_view text, const limits& l = {}) {
  static head h;
  return parse_request(text, l, h);
}
verdict response(std::string_view text, bool to_head = false) {
  static head h;
  return parse_response(text, {}, to_head, h);
}

TEST(Head, ARequestIsReadInPlace) {
  const std::string text =
      "POST /payments/charge?x=1 HTTP/1.1\r\nHost: payments:80\r\nContent-Length: 12\r\n"
      "x-REQUEST-id:  0-17 \t\r\nEmpty:\r\n\r\nbody follows";
  head h;
  ASSERT_EQ(parse_request(text, {}, h), verdict::complete);
  EXPECT_EQ(h.method, "POST");
  EXPECT_EQ(h.target, "/payments/charge?x=1");
  EXPECT_EQ(h.host, "payments:80");
  EXPECT_EQ(h.minor, 1U);
  EXPECT_EQ(h.body, framing::length);
  EXPECT_EQ(h.length, 12U);
  EXPECT_EQ(text.substr(h.size), "body follows");
  EXPECT_TRUE(h.keep_alive);
  EXPECT_FALSE(h.expects_continue);
  ASSERT_EQ(h.fields().size(), 4U);
  ASSERT_NE(h.find("x-request-id"), nullptr);
  EXPECT_EQ(h.find("x-request-id")->value, "0-17");
  EXPECT_EQ(h.find("empty")->value, "");
  EXPECT_EQ(h.find("missing"), nullptr);
  EXPECT_EQ(h.find(field_id::host)->value, "payments:80");
  for (const field& f : h.fields()) EXPECT_TRUE(f.name.data() > text.data() && f.name.data() < text.data() + h.size);
}

TEST(Head, AResponseIsReadInPlace) {
  head h;
  const std::string text = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nConnection: Keep-Alive, Close\r\n\r\nno";
  ASSERT_EQ(parse_response(text, {}, false, h), verdict::complete);
  EXPECT_EQ(h.status, 404U);
  EXPECT_EQ(h.reason, "Not Found");
  EXPECT_EQ(h.length, 2U);
  EXPECT_FALSE(h.keep_alive);
  EXPECT_TRUE(h.connection_names("close"));
  EXPECT_FALSE(h.connection_names("clos"));
}

TEST(Head, EveryPrefixNeedsMoreAndWhatFollowsDoesNotMatter) {
  for (const std::string text :
       {"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n", "OPTIONS * HTTP/1.0\r\n\r\n"}) {
    for (std::size_t n = 0; n < text.size(); ++n) {
      EXPECT_EQ(request(text.substr(0, n)), verdict::incomplete) << text.substr(0, n);
    }
    head alone, followed;
    EXPECT_EQ(parse_request(text, {}, alone), verdict::complete);
    EXPECT_EQ(parse_request(text + "\r\nGET", {}, followed), verdict::complete);
    EXPECT_EQ(alone.size, text.size());
    EXPECT_EQ(followed.size, text.size());
  }
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\n\r\n";
  for (std::size_t n = 0; n < answer.size(); ++n) {
    EXPECT_EQ(response(answer.substr(0, n)), verdict::incomplete) << answer.substr(0, n);
  }
}

TEST(Head, NothingOfTheLastHeadIsLeftInTheNext) {
  head h;
  ASSERT_EQ(parse_request("POST /a HTTP/1.0\r\nHost: x\r\nContent-Length: 7\r\nExpect: 100-continue\r\n\r\n", {}, h),
            verdict::complete);
  EXPECT_TRUE(h.expects_continue);
  EXPECT_FALSE(h.keep_alive);
  ASSERT_EQ(parse_request("GET /b HTTP/1.1\r\nHost: y\r\n\r\n", {}, h), verdict::complete);
  EXPECT_EQ(h.body, framing::none);
  EXPECT_EQ(h.length, 0U);
  EXPECT_FALSE(h.expects_continue);
  EXPECT_TRUE(h.keep_alive);
  EXPECT_EQ(h.fields().size(), 1U);
}

struct refused {
  std::string_view text;
  verdict why;
};
TEST(Head, RequestsOfTwoMeaningsAreRefused) {
  for (const refused& r : {
           refused{"GET / HTTP/1.1\r\n\r\n", verdict::malformed},  // no Host
           refused{"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", verdict::malformed},
           refused{"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", verdict::malformed},
           refused{"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", verdict::malformed},
           refused{"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", verdict::malformed},
           refused{"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", verdict::malformed},
           refused{"GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n", verdict::malformed},
           refused{"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", verdict::malformed},
           refused{"GET * HTTP/1.1\r\nHost: a\r\n\r\n", verdict::malformed},
           refused{"GET no-slash HTTP/1.1\r\nHost: a\r\n\r\n", verdict::malformed},
           refused{"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", verdict::malformed},
           refused{"GET http://user@a/ HTTP/1.1\r\nHost: a\r\n\r\n", verdict::malformed},
           refused{"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", verdict::malformed},
           refused{"GET / HTTP/1.1\r\nHost: a\r\nName : b\r\n\r\n", verdict::malformed},
           refused{"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", verdict::malformed},
           refused{"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\n\r\n", verdict::malformed},
           refused{"GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n", verdict::malformed},
           refused{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\tchunked\r\n\r\n", verdict::malformed},
           refused{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\n",
                   verdict::bad_framing},
           refused{"GET / HTTP/1.10\r\nHost: a\r\n\r\n", verdict::malformed},
           refused{"GET / HTTP/1.2\r\nHost: a\r\n\r\n", verdict::bad_version},
           refused{"GET / HTTP/1.1\rHost: a\r\n\r\n", verdict::malformed},
           refused{"GET / HTTP/1.1\r\nHost: a\r\nX: b\x01\r\n\r\n", verdict::malformed},
           refused{"GET / HTTP/1.1\nHost: a\n\n", verdict::malformed},
           refused{"GET / HTTP/2.0\r\nHost: a\r\n\r\n", verdict::bad_version},
           refused{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
                   verdict::bad_framing},
           refused{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", verdict::bad_framing},
           refused{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", verdict::bad_framing},
           refused{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", verdict::bad_framing},
           refused{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n", verdict::bad_framing},
           refused{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", verdict::bad_framing},
           refused{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", verdict::bad_framing},
           refused{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
                   verdict::bad_framing},
           refused{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                   verdict::bad_framing},
           refused{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
                   verdict::bad_framing},
           refused{"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", verdict::bad_framing},
           refused{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", verdict::unknown_coding},
           refused{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", verdict::unknown_coding},
           refused{"\x16\x03\x01\x02", verdict::malformed},
       }) {
    EXPECT_EQ(name_of(request(r.text)), name_of(r.why)) << r.text;
  }
}

TEST(Head, WhatIsWrongWithARequestDoesNotDependOnHowMuchOfItIsThere) {
  for (const std::string_view text :
       {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / http/1.1\r\nHost: a\r\n\r\n", "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
        "\x16\x03\x01\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"}) {
    const verdict whole = request(text);
    EXPECT_NE(whole, verdict::complete) << text;
    EXPECT_NE(whole, verdict::incomplete) << text;
    for (std::size_t n = 0; n < text.size(); ++n) {
      const verdict part = request(text.substr(0, n));
      EXPECT_TRUE(part == verdict::incomplete || part == whole) << text.substr(0, n) << ": " << name_of(part);
    }
  }
  EXPECT_EQ(request("\r"), verdict::incomplete);  // the other half of an empty line may follow
  EXPECT_EQ(request("GET /" + std::string(9000, 'x')), verdict::target_too_long);
}

TEST(Head, AnAbsoluteTargetBeatsHost) {
  head h;
  ASSERT_EQ(parse_request("GET http://b:81/x?y HTTP/1.1\r\nHost: a\r\n\r\n", {}, h), verdict::complete);
  EXPECT_EQ(h.host, "b:81");
  EXPECT_EQ(h.target, "/x?y");
  ASSERT_EQ(parse_request("GET HTTP://b HTTP/1.1\r\nHost: a\r\n\r\n", {}, h), verdict::complete);
  EXPECT_EQ(h.target, "/");
}

TEST(Head, HasLimits) {
  const auto with_field = [](std::size_t n) {
    return "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(n, 'x') + "\r\n\r\n";
  };
  EXPECT_EQ(request(with_field(800), {.head = 1024, .target = 100}), verdict::complete);
  EXPECT_EQ(request(with_field(1100), {.head = 1024, .target = 100}), verdict::head_too_large);
  // Also when its end never comes.
  EXPECT_EQ(request(with_field(1100).substr(0, 1024), {.head = 1024, .target = 100}), verdict::head_too_large);
  const std::string longer = "GET /" + std::string(200, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(request(longer, {.head = 1024, .target = 100}), verdict::target_too_long);
  EXPECT_EQ(request(longer, {.head = 1024, .target = 201}), verdict::complete);
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (std::size_t i = 1; i < head::fields_max; ++i) many += "A: b\r\n";
  EXPECT_EQ(request(many + "\r\n"), verdict::complete);
  EXPECT_EQ(request(many + "A: b\r\n\r\n"), verdict::head_too_large);
}

TEST(Head, TheLimitOfAHeadIsExact) {
  for (const std::string& text :
       {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(300, 'x') + "\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\n" + std::string(40, 'y') + ": z\r\n\r\n"}) {
    EXPECT_EQ(request(text, {.head = text.size(), .target = 100}), verdict::complete);
    EXPECT_EQ(request(text, {.head = text.size() - 1, .target = 100}), verdict::head_too_large);
  }
}

TEST(Head, AResponseHasOneFraming) {
  head h;
  const auto framing_of = [&](std::string_view text, bool to_head = false) {
    EXPECT_EQ(name_of(parse_response(text, {}, to_head, h)), "complete") << text;
    return h.body;
  };
  EXPECT_EQ(framing_of("HTTP/1.1 200 OK\r\n\r\n"), framing::until_close);
  EXPECT_FALSE(h.keep_alive);
  EXPECT_EQ(framing_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), framing::length);
  EXPECT_TRUE(h.keep_alive);
  EXPECT_EQ(framing_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true), framing::none);
  EXPECT_EQ(framing_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"), framing::chunked);
  EXPECT_EQ(framing_of("HTTP/1.1 204 No Content\r\n\r\n"), framing::none);
  EXPECT_TRUE(h.keep_alive);
  EXPECT_EQ(framing_of("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"), framing::none);
  EXPECT_EQ(framing_of("HTTP/1.1 100 Continue\r\n\r\n"), framing::none);
  EXPECT_EQ(framing_of("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n"), framing::length);
  EXPECT_FALSE(h.keep_alive);
  EXPECT_EQ(framing_of("HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n"), framing::length);
  EXPECT_TRUE(h.keep_alive);
  for (const std::string_view bad :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 600 Odd\r\n\r\n",
        "HTTP/1.1 99 Odd\r\n\r\n", "HTTP/1.1 2x0 Odd\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "SSH-2.0-x\r\n\r\n"}) {
    const verdict v = response(bad);
    EXPECT_TRUE(v == verdict::malformed || v == verdict::bad_framing) << bad << " " << name_of(v);
  }
}

TEST(Head, RefusalsHaveTheirStatus) {
  EXPECT_EQ(status_of(verdict::malformed), 400U);
  EXPECT_EQ(status_of(verdict::bad_framing), 400U);
  EXPECT_EQ(status_of(verdict::target_too_long), 414U);
  EXPECT_EQ(status_of(verdict::head_too_large), 431U);
  EXPECT_EQ(status_of(verdict::unknown_coding), 501U);
  EXPECT_EQ(status_of(verdict::bad_version), 505U);
}

TEST(Head, OnlyIdempotentMethodsMayBeRepeated) {
  for (const char* m : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}) EXPECT_TRUE(idempotent(m)) << m;
  for (const char* m : {"POST", "PATCH", "get", ""}) EXPECT_FALSE(idempotent(m)) << m;
}

TEST(Head, an_empty_line_that_ends_in_a_bare_lf_is_refused_at_once) {
  head h;
  EXPECT_EQ(parse_request("GET / HTTP/1.1\r\nHost: a\r\n\n", {}, h), verdict::malformed);
  EXPECT_EQ(parse_request("GET / HTTP/1.1\r\n\n", {}, h), verdict::malformed);
  EXPECT_EQ(parse_response("HTTP/1.1 204 N\r\n\n", {}, false, h), verdict::malformed);
  EXPECT_EQ(parse_request("GET / HTTP/1.1\r\nHost: a\r\n\r", {}, h), verdict::incomplete);
}

TEST(Head, options_of_a_bare_authority_asks_the_server_itself) {
  head h;
  EXPECT_EQ(parse_request("OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n", {}, h), verdict::complete);
  EXPECT_EQ(h.target, "*");
  EXPECT_EQ(parse_request("OPTIONS http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", {}, h), verdict::complete);
  EXPECT_EQ(h.target, "/");
}

TEST(Head, an_absolute_target_does_not_excuse_a_bad_host) {
  head h;
  EXPECT_EQ(parse_request("GET http://a/p HTTP/1.1\r\nHost: b c/@evil\r\n\r\n", {}, h), verdict::malformed);
}

TEST(Head, an_unknown_status_has_no_reason) {
  EXPECT_EQ(reason_of(299), "");
  EXPECT_EQ(reason_of(404), "Not Found");
}

}  // namespace
}  // namespace meshgauge::http
