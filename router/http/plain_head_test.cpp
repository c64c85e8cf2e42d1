// The short way and the careful parser must agree about every head. A `Connection` field that says nothing of interest
// keeps the short way out: with it and without it, a head must mean the same.

#include "router/http/plain_head.hpp"

#include <gtest/gtest.h>

#include <string>

namespace meshgauge::http {
namespace {

constexpr std::string_view known_default = "Connection: x-a\r\n";

std::string with_default(std::string text) {
  const auto line_end = text.find("\r\n");
  if (line_end != std::string::npos) text.insert(line_end + 2, known_default);
  return text;
}

std::string meaning(const head& h, bool skip_first) {
  std::string out;
  for (const auto part : {h.method, h.target, h.reason, h.host}) out.append(part).append("|");
  for (const auto n : {std::uint64_t{h.status}, std::uint64_t{h.minor}, static_cast<std::uint64_t>(h.body), h.length}) {
    out += std::to_string(n) + "|";
  }
  out += std::string(h.keep_alive ? "keep" : "close") + (h.expects_continue ? "|continue" : "|");
  for (const field& f : h.fields().subspan(skip_first ? 1 : 0)) {
    out.append("\n").append(f.name).append("=").append(f.value).append("#") +=
        std::to_string(static_cast<unsigned>(f.id));
  }
  return out;
}

void expect_agreement(const std::string& text, bool is_request) {
  const std::string other = with_default(text);
  if (other == text) return;
  head plain, careful;
  const auto read = [&](const std::string& from, head& into) {
    return is_request ? parse_request(from, {}, into) : parse_response(from, {}, false, into);
  };
  const verdict a = read(text, plain);
  const verdict b = read(other, careful);
  ASSERT_EQ(name_of(a), name_of(b)) << text;
  if (a != verdict::complete) return;
  EXPECT_EQ(meaning(plain, false), meaning(careful, true)) << text;
  EXPECT_EQ(plain.size + known_default.size(), careful.size) << text;
}

const std::string get =
    "GET /payments/charge?a=1 HTTP/1.1\r\nHost: payments:80\r\nX-Request-Id: 0-17\r\nAccept: */*\r\n\r\n";
const std::string post =
    "POST /p HTTP/1.1\r\nhost:p\r\nContent-Length: 12 \r\nUser-Agent:\r\nX-A:  b  c \r\n\r\nhello, world";
const std::string ok =
    "HTTP/1.1 200 OK\r\nX-Served-By: payments/7.12\r\nContent-Length: 5\r\nVia: 1.1 router\r\n\r\nhello";
const std::string not_found = "HTTP/1.1 404 Not Found\r\nDate: today\r\n\r\n";

TEST(PlainHead, TakesWhatProgramsUsuallyWrite) {
  head h;
  EXPECT_TRUE(plain_head::request(get, {}, h));
  EXPECT_TRUE(plain_head::request(post, {}, h));
  EXPECT_EQ(h.length, 12U);
  EXPECT_TRUE(plain_head::response(ok, {}, h));
  EXPECT_EQ(h.reason, "OK");
  EXPECT_TRUE(plain_head::response(not_found, {}, h));
}

TEST(PlainHead, LeavesWhatConcernsConnectionOrFramingToTheCarefulParser) {
  head h;
  for (const std::string line : {"Connection: close", "Transfer-Encoding: chunked", "Expect: 100-continue",
                                 "Upgrade: h2c", "Host: again", "Content-Length: 1\r\nContent-Length: 1"}) {
    EXPECT_FALSE(plain_head::request("GET / HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n", {}, h)) << line;
  }
}

TEST(PlainHead, AgreesWithTheCarefulParserForEveryChangedByte) {
  for (const auto& [text, is_request] : {std::pair{get, true}, {post, true}, {ok, false}, {not_found, false}}) {
    expect_agreement(text, is_request);
    for (std::size_t i = 0; i < text.size(); ++i) {
      for (int c = 0; c < 256; ++c) {
        std::string changed = text;
        changed[i] = static_cast<char>(c);
        expect_agreement(changed, is_request);
      }
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(PlainHead, AgreesWithTheCarefulParserForEveryByteLeftOutOrTwice) {
  for (const auto& [text, is_request] : {std::pair{get, true}, {post, true}, {ok, false}, {not_found, false}}) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      expect_agreement(std::string(text).erase(i, 1), is_request);
      expect_agreement(std::string(text).insert(i, 1, text[i]), is_request);
      expect_agreement(text.substr(0, i), is_request);
    }
  }
}

}  // namespace
}  // namespace meshgauge::http
