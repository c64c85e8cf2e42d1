#include "router/proxy/pieces.hpp"

#include <gtest/gtest.h>

namespace meshgauge::proxy {
namespace {

using http::body_reader;
using http::framing;

const std::vector<std::string> none;

std::string text_of(net::buffers b) {
  std::string out;
  for (const auto& part : b) out.append(static_cast<const char*>(part.data()), part.size());
  return out;
}

/// Everything that is sent when `wire` arrives in pieces of `step` bytes; "BAD" at its end when it is malformed.
std::string through(pieces& p, std::string_view wire, std::size_t step, bool ends = false) {
  std::string out, held;
  for (std::size_t at = 0; at < wire.size() && !p.done(); at += step) {
    held += wire.substr(at, step);
    for (;;) {
      const bool good = p.gather(held);
      const net::buffers sent = p.buffers();
      EXPECT_LE(sent.size(), 16U) << "more than one send takes";
      if (!p.empty()) out += text_of(sent);
      held.erase(0, p.consumed());
      if (!good) return out + "BAD";
      if (p.consumed() == 0 || p.done()) break;
    }
  }
  if (ends && p.end_of_stream() && !p.empty()) out += text_of(p.buffers());
  return out;
}

TEST(Pieces, chunks_that_are_here_together_become_one_without_extensions) {
  pieces p(body_reader(framing::chunked, 0), true, none);
  EXPECT_TRUE(p.gather("3;x=1\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
  EXPECT_EQ(text_of(p.buffers("HEAD ")), "HEAD 5\r\nabcde\r\n0\r\n\r\n");
  EXPECT_TRUE(p.done());
}

TEST(Pieces, however_it_is_cut_the_payload_is_the_same_and_nothing_empty_is_written) {
  std::string wire = "3\r\nabc\r\n";
  for (int i = 0; i < 40; ++i) wire += "1\r\nx\r\n";
  wire += "0\r\nX-Sum: 7\r\n\r\n";
  for (std::size_t step = 1; step <= wire.size(); ++step) {
    pieces chunked(body_reader(framing::chunked, 0), true, none), plain(body_reader(framing::chunked, 0), false, none);
    const std::string sent = through(chunked, wire, step);
    EXPECT_EQ(through(plain, wire, step), "abc" + std::string(40, 'x')) << step;
    EXPECT_EQ(sent.find("0\r\n\r\n"), sent.size() - 5) << step << ": only at the end";
    pieces again(body_reader(framing::chunked, 0), false, none);
    EXPECT_EQ(through(again, sent, sent.size()), "abc" + std::string(40, 'x')) << step;
  }
}

TEST(Pieces, a_length_that_is_relayed_as_it_is_has_no_chunks) {
  pieces p(body_reader(framing::length, 5), false, none);
  EXPECT_TRUE(p.gather("abcdefgh"));
  EXPECT_EQ(text_of(p.buffers("H")), "Habcde");
  EXPECT_EQ(p.consumed(), 5U);
  EXPECT_TRUE(p.done());
}

TEST(Pieces, the_end_of_a_stream_ends_a_body_without_length_only) {
  pieces open(body_reader(framing::until_close, 0), true, none);
  EXPECT_EQ(through(open, "abc", 3, true), "3\r\nabc\r\n0\r\n\r\n");
  pieces old(body_reader(framing::until_close, 0), false, none);
  EXPECT_EQ(through(old, "abc", 3, true), "abc");
  pieces cut(body_reader(framing::chunked, 0), true, none);
  EXPECT_EQ(through(cut, "3\r\nabc\r\n", 3), "3\r\nabc\r\n");
  EXPECT_FALSE(cut.end_of_stream());
}

TEST(Pieces, what_was_good_before_a_bad_chunk_is_there_but_no_last_chunk) {
  pieces p(body_reader(framing::chunked, 0), true, none);
  const std::string sent = through(p, "3\r\nabc\r\nzz\r\n", 100);
  EXPECT_EQ(sent, "3\r\nabc\r\nBAD");
}

TEST(Pieces, trailers_are_passed_on_by_list_only) {
  const std::vector<std::string> allowed{"x-sum", "host"};
  const std::string wire = "1\r\nx\r\n0\r\nX-Sum: 7\r\nX-Other: 8\r\nHost: evil\r\n\r\n";
  pieces with(body_reader(framing::chunked, 0), true, allowed), without(body_reader(framing::chunked, 0), true, none);
  EXPECT_EQ(through(with, wire, 1), "1\r\nx\r\n0\r\nX-Sum: 7\r\n\r\n");
  EXPECT_EQ(through(without, wire, 1), "1\r\nx\r\n0\r\n\r\n");
}

TEST(Pieces, no_list_lets_a_field_trail_that_others_act_on) {
  for (const auto* name : {"content-length", "transfer-encoding", "host", "authorization", "x-forwarded-for",
                           "connection", "cookie", "set-cookie", "if-match", "traceparent", "trailer", "te", "via"}) {
    EXPECT_FALSE(may_trail(name)) << name;
  }
  for (const auto* name : {"x-sum", "grpc-status", "server-timing", "content-digest"})
    EXPECT_TRUE(may_trail(name)) << name;
}

}  // namespace
}  // namespace meshgauge::proxy
