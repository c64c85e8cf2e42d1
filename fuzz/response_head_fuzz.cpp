// Response heads: what is accepted has one meaning, and what the client would be told has the same.

#include <fmt/format.h>

#include <string>

#include "fuzz/claim.hpp"
#include "fuzz/heads.hpp"
#include "router/proxy/forward.hpp"

namespace meshgauge::fuzz {
namespace {

using http::framing;
using http::head;
using http::limits;
using http::verdict;

constexpr limits wide{.head = 64 * 1024, .target = 64 * 1024};
constexpr std::size_t room_for_ours = 8;

void claim_told(const head& in, unsigned minor, bool keep_alive, bool to_head) {
  std::string out;
  const framing how = proxy::append_response_head(
      out, in, {.proxy = "router-0", .minor = minor, .keep_alive = keep_alive, .to_head = to_head});
  claim(out.find("\r\n\r\n") + 4 == out.size(), "what is told has no blank line before its end", out);
  if (in.fields().size() + room_for_ours > head::fields_max) return;
  static head back;
  const verdict v = http::parse_response(out, wide, to_head, back);
  claim(v == verdict::complete, "what is told is accepted", out);
  claim(back.size == out.size(), "what is told is one head", out);
  claim_good_response(back, out, wide, to_head);
  claim(back.status == in.status && back.minor == 1, "the status is told as it is", out);
  claim(back.body == how, "the body is framed as the caller will frame it", out);
  claim((how == framing::none) == (in.body == framing::none), "there is a body when there was one", out);
  if (how == framing::length) claim(back.length == in.length && in.body == how, "the length is told as it is", out);
  claim(minor == 1 || how != framing::chunked, "HTTP/1.0 gets no chunks", out);
  claim(minor == 0 || how != framing::until_close, "HTTP/1.1 is told where a body ends", out);
  claim(back.keep_alive == (keep_alive && how != framing::until_close), "the connection is kept as said", out);
  claim(count_of(back, "connection") <= 1, "Connection is ours alone", out);
  claim_no_hop_by_hop(back, in);
}

/// A change of protocol is told as it was taken; nothing else of the hop comes through.
void claim_switched(const head& in) {
  const std::string_view protocol = proxy::upgrade_of(in);
  if (protocol.empty() || in.fields().size() + room_for_ours > head::fields_max) return;
  std::string out;
  proxy::append_switching_head(out, in, "router-0", protocol);
  static head back;
  const verdict v = http::parse_response(out, wide, false, back);
  claim(v == verdict::complete && back.size == out.size(), "a change of protocol is told in one head", out);
  claim(back.status == 101 && proxy::upgrade_of(back) == protocol, "a change of protocol is told as it is", out);
  claim(count_of(back, "connection") == 1 && count_of(back, "upgrade") == 1, "Connection is ours alone", out);
}

void look(std::string_view data, const limits& l, bool to_head) {
  static head h, again;
  if (http::parse_response(data, l, to_head, h) != verdict::complete) return;
  claim_good_response(h, data, l, to_head);
  const std::string whole = meaning(h);
  const std::size_t size = h.size;
  if (h.status == 101) claim_switched(h);
  if (h.status >= 200) {  // interim answers are dropped
    for (const unsigned minor : {0U, 1U}) {
      for (const bool keep : {false, true}) claim_told(h, minor, keep, to_head);
    }
  }
  const auto parse = [&](std::string_view part) { return http::parse_response(part, l, to_head, again); };
  claim_same_in_pieces(data.substr(0, size), parse, again, whole);
}

}  // namespace
}  // namespace meshgauge::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = meshgauge::fuzz::text_of(data, size);
  for (const bool to_head : {false, true}) {
    meshgauge::fuzz::look(text, {}, to_head);
    meshgauge::fuzz::look(text, {.head = 160, .target = 24}, to_head);
  }
  return 0;
}
