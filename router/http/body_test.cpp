#include "router/http/body.hpp"

#include <gtest/gtest.h>

#include <string>

namespace meshgauge::http {
namespace {

using state = body_reader::state;

struct outcome {
  std::string payload;
  std::size_t consumed = 0;
  state now = state::more;
  friend bool operator==(const outcome&, const outcome&) = default;
};

/// Reads `text` that arrives in pieces which end at `cuts`, as a connection does: what was not consumed is shown again.
outcome read(body_reader reader, std::string_view text, std::initializer_list<std::size_t> cuts) {
  outcome out;
  const auto show = [&](std::size_t end) {
    while (out.now == state::more) {
      const auto step = reader.next(text.substr(out.consumed, end - out.consumed));
      out.payload += step.payload;
      out.consumed += step.consumed;
      out.now = step.now;
      if (step.consumed == 0) break;
    }
  };
  for (const std::size_t c : cuts) show(c);
  show(text.size());
  EXPECT_EQ(reader.done(), out.now == state::done);
  EXPECT_EQ(reader.payload_bytes(), out.payload.size());
  return out;
}
outcome read_whole(framing how, std::uint64_t length, std::string_view text) {
  return read(body_reader(how, length), text, {});
}
/// In two, in three and byte by byte it is the same.
void expect_same_in_pieces(framing how, std::uint64_t length, std::string_view text) {
  const outcome whole = read_whole(how, length, text);
  for (std::size_t a = 0; a <= text.size(); ++a) {
    for (std::size_t b = a; b <= text.size(); ++b) {
      const outcome pieces = read(body_reader(how, length), text, {a, b});
      ASSERT_EQ(pieces.now, whole.now) << text << " cut at " << a << " and " << b;
      if (whole.now == state::bad) continue;  // how far a broken one was read does not matter
      ASSERT_EQ(pieces.payload, whole.payload) << text << " cut at " << a << " and " << b;
      ASSERT_EQ(pieces.consumed, whole.consumed) << text << " cut at " << a << " and " << b;
    }
  }
}

TEST(Body, NoneIsDoneAtOnce) {
  EXPECT_TRUE(body_reader().done());
  EXPECT_TRUE(body_reader(framing::length, 0).done());
  EXPECT_EQ(read_whole(framing::none, 0, "next message").consumed, 0U);
}

TEST(Body, LengthTakesThatManyBytesAndNoMore) {
  const outcome o = read_whole(framing::length, 5, "helloGET /");
  EXPECT_EQ(o.payload, "hello");
  EXPECT_EQ(o.consumed, 5U);
  EXPECT_EQ(o.now, state::done);
  expect_same_in_pieces(framing::length, 5, "helloGET /");
  EXPECT_EQ(read_whole(framing::length, 6, "hello").now, state::more);
  EXPECT_FALSE(body_reader(framing::length, 6).ends_here());
}

TEST(Body, UntilCloseTakesAllAndEndsWithTheStream) {
  expect_same_in_pieces(framing::until_close, 0, "anything\r\n");
  EXPECT_EQ(read_whole(framing::until_close, 0, "anything").now, state::more);
  EXPECT_TRUE(body_reader(framing::until_close, 0).ends_here());
}

struct chunks {
  std::string_view text;
  std::string_view payload;
  std::size_t left_over;  ///< of the next message
};
TEST(Body, ChunksAreJoined) {
  for (const chunks& c : {chunks{"5\r\nhello\r\n0\r\n\r\n", "hello", 0}, chunks{"0\r\n\r\nGET /", "", 5},
                          chunks{"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", "hello", 0},
                          chunks{"A;name=value;other\r\n0123456789\r\n0\r\n\r\n", "0123456789", 0},
                          chunks{"a \t;x\r\n0123456789\r\n000\r\n\r\n", "0123456789", 0},
                          chunks{"1\r\n\n\r\n0\r\nTrailer: one\r\nOther: two\r\n\r\nX", "\n", 1}}) {
    const outcome o = read_whole(framing::chunked, 0, c.text);
    EXPECT_EQ(o.now, state::done) << c.text;
    EXPECT_EQ(o.payload, c.payload);
    EXPECT_EQ(o.consumed, c.text.size() - c.left_over);
    expect_same_in_pieces(framing::chunked, 0, c.text);
    for (std::size_t cut = 0; cut + c.left_over < c.text.size(); ++cut) {
      EXPECT_EQ(read_whole(framing::chunked, 0, c.text.substr(0, cut)).now, state::more) << c.text << " cut at " << cut;
    }
  }
}

TEST(Body, BrokenChunksAreRefusedHoweverTheyArrive) {
  for (const std::string_view text : {
           "\r\n",                     // no size
           ";x\r\n",                   // no size, either
           "x\r\n",                    // not a number
           "-1\r\n",                   // no sign
           "+1\r\n",                   //
           "0x1\r\n",                  //
           " 1\r\na\r\n",              // no blanks before
           "1\na\r\n0\r\n\r\n",        // bare line feed
           "1\r\nab\r\n0\r\n\r\n",     // longer than it says
           "1\r\na\n0\r\n\r\n",        // no CR behind the data
           "1 2\r\na\r\n",             // something behind the size
           "1;\x01\r\na\r\n",          // control character
           "fffffffffffffffff\r\n",    // more than 64 bits
           "1000000000000000\r\n",     // more than anybody sends
           "0\r\nTrailer: one\n\r\n",  // bare line feed in the trailers
           "0\r\n\n",                  //
           "0\r\nno colon\r\n\r\n",    // trailers are fields
           "0\r\n: x\r\n\r\n",         //
           "0\r\nX : y\r\n\r\n",       //
           "0\r\nX: y\r\n z\r\n\r\n",  //
           "0\r\nX: a\rb\r\n\r\n",     //
       }) {
    EXPECT_EQ(read_whole(framing::chunked, 0, text).now, state::bad) << text;
    expect_same_in_pieces(framing::chunked, 0, text);
  }
}

TEST(Body, ALongChunkLineIsRefused) {
  const std::string_view digits = "1;";
  const auto line = [&](std::size_t n) { return std::string(digits) + std::string(n - digits.size(), 'x'); };
  EXPECT_EQ(read_whole(framing::chunked, 0, line(100)).now, state::more);
  EXPECT_EQ(read_whole(framing::chunked, 0, line(body_reader::chunk_line_max + 1)).now, state::bad);
  EXPECT_EQ(read_whole(framing::chunked, 0, line(body_reader::chunk_line_max + 1) + "\r\na\r\n").now, state::bad);
  expect_same_in_pieces(framing::chunked, 0, line(body_reader::chunk_line_max - 1) + "\r\na\r\n0\r\n\r\n");
}

TEST(Body, AnnouncesWhatAChunkPromises) {
  body_reader r(framing::chunked, 0);
  EXPECT_EQ(r.announced_bytes(), 0U);
  r.next("64\r\nabc");
  EXPECT_EQ(r.announced_bytes(), 100U);
  r.next("abc");
  EXPECT_EQ(r.payload_bytes(), 3U);
  EXPECT_EQ(r.announced_bytes(), 100U);
  EXPECT_EQ(body_reader(framing::length, 7).announced_bytes(), 7U);
  body_reader bad(framing::chunked, 0);
  bad.next("ffffffffffffffff\r\n");
  EXPECT_EQ(bad.announced_bytes(), 0U);  // what is no size promises nothing
}

TEST(Body, TrailersAreBoundedWhateverTheLengthOfTheirLines) {
  // One of the lines ends exactly where the bound is, for some length: nothing may begin again behind it.
  for (std::size_t length = 4; length < 700; ++length) {
    const std::string line = "t:" + std::string(length - 4, 't') + "\r\n";
    std::string text = "0\r\n";
    while (text.size() <= 2 * body_reader::trailers_max) text += line;
    ASSERT_EQ(read_whole(framing::chunked, 0, text).now, state::bad) << "lines of " << length;
  }
}

}  // namespace
}  // namespace meshgauge::http
