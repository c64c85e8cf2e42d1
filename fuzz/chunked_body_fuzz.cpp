// Bodies: however the bytes are cut, payload, verdict and end are the same, and a slow reader written from RFC 9112
// agrees about chunks. Any payload in any cut of well-formed chunks comes out as it went in.
//
// Input: a first line, then the body. The line is `chunked`, `close` or `length N`, and after a blank a word from which
// the cuts are drawn.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "fuzz/claim.hpp"
#include "router/core/rng.hpp"
#include "router/http/body.hpp"

namespace meshgauge::fuzz {
namespace {

using http::body_reader;
using http::framing;
using state = body_reader::state;

struct outcome {
  std::string payload, trailers;
  std::size_t consumed = 0;
  state now = state::more;
  bool done = false, ends_here = false;
  friend bool operator==(const outcome&, const outcome&) = default;
};

/// Feeds as a connection does: what was not consumed stays in front of what comes next. `piece` says how much comes.
template <class Piece>
outcome read(std::string_view data, framing how, std::uint64_t length, Piece piece) {
  body_reader reader(how, length);
  outcome out;
  std::size_t here = 0;
  for (;;) {
    for (;;) {
      const std::string_view seen = data.substr(out.consumed, here - out.consumed);
      const body_reader::step step = reader.next(seen);
      claim(step.consumed <= seen.size(), "no more is consumed than is there", data);
      claim(step.payload.size() <= step.consumed, "no more is payload than is consumed", data);
      claim(step.payload.empty() || (step.payload.data() >= seen.data() &&
                                     step.payload.data() + step.payload.size() <= seen.data() + step.consumed),
            "payload lies in what is consumed", data);
      claim(step.trailer.empty() || (step.payload.empty() && step.trailer.data() == seen.data() &&
                                     step.trailer.size() + 2 == step.consumed),
            "a trailer is a line", data);
      claim(step.now != state::bad || step.consumed == 0, "of what is bad nothing is consumed", data);
      out.payload += step.payload;
      if (!step.trailer.empty()) out.trailers.append(step.trailer) += '\n';
      out.consumed += step.consumed;
      out.now = step.now;
      claim((step.now == state::done) == reader.done(), "a step says done when the reader is", data);
      if (step.now != state::more || step.consumed == 0) break;
    }
    if (out.now != state::more || here == data.size()) break;
    here = std::min(data.size(), here + std::max<std::size_t>(1, piece()));
  }
  claim(out.payload.size() == reader.payload_bytes(), "the reader counts its payload", data);
  out.done = reader.done();
  out.ends_here = reader.ends_here();
  return out;
}

int digit(char c) {
  const std::string_view digits = "0123456789abcdef";
  const auto at = digits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c | 0x20) : c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

/// The chunks at the front of `data` (RFC 9112, 7.1), all there or nothing; \return their payload.
std::optional<std::string> slow_chunks(std::string_view data, std::size_t& size) {
  std::string payload;
  std::size_t at = 0;
  const auto line = [&]() -> std::optional<std::string_view> {
    const auto end = data.find("\r\n", at);
    if (end == std::string_view::npos) return {};
    const std::string_view text = data.substr(at, end - at);
    at = end + 2;
    if (text.find('\n') != std::string_view::npos) return {};
    return text;
  };
  for (;;) {
    const auto head = line();
    if (!head) return {};
    std::size_t n = 0, i = 0;
    for (; i < head->size() && digit((*head)[i]) >= 0; ++i) {
      if (n >= (std::size_t{1} << 56)) return {};
      n = n * 16 + static_cast<std::size_t>(digit((*head)[i]));
    }
    const auto rest = head->substr(i).find_first_not_of(" \t");
    if (i == 0 || (rest != std::string_view::npos && (*head)[i + rest] != ';')) return {};
    if (n == 0) break;
    if (data.size() - at < n || data.size() - at - n < 2 || data.substr(at + n, 2) != "\r\n") return {};
    payload += data.substr(at, n);
    at += n + 2;
  }
  for (;;) {
    const auto trailer = line();
    if (!trailer) return {};
    if (trailer->empty()) break;
  }
  size = at;
  return payload;
}

void claim_chunks_carry(std::string_view payload, rng draws) {
  std::string sent;
  for (std::string_view left = payload; !left.empty();) {
    const std::size_t n = 1 + draws.below(std::min<std::size_t>(left.size(), 300));
    constexpr std::string_view endings[] = {"", ";a", " ;b=\"c;d\"", "\t;x=y"};
    const bool upper = draws.below(2) == 1;
    sent += std::string(draws.below(3), '0') + (upper ? fmt::format("{:X}", n) : fmt::format("{:x}", n));
    sent.append(endings[draws.below(4)]).append("\r\n").append(left.substr(0, n)).append("\r\n");
    left.remove_prefix(n);
  }
  const bool bare = draws.below(2) == 1;
  sent += bare ? "0\r\n\r\n" : "000;last\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n";
  const std::size_t size = sent.size();
  sent += "GET / HTTP/1.1\r\n";  // the next request must be left alone
  const outcome got = read(sent, framing::chunked, 0, [&] { return std::size_t{draws.below(40)}; });
  claim(got.done, "well-formed chunks are a whole body", sent);
  claim(got.payload == payload, "chunks carry what was put in", sent);
  claim(got.trailers == (bare ? "" : "X-Sum: 1\nX-More: 2\n"), "trailers are what was put in", sent);
  claim(got.consumed == size, "a body ends where its last chunk ends", sent);
}

void look(std::string_view data) {
  const auto end = data.find('\n');
  if (end == std::string_view::npos) return;
  std::string_view line = data.substr(0, end);
  data.remove_prefix(end + 1);
  framing how = framing::chunked;
  std::uint64_t length = 0;
  if (line.starts_with("close")) how = framing::until_close;
  if (line.starts_with("length ")) {
    how = framing::length;
    std::from_chars(line.data() + 7, line.data() + line.size(), length);
  }
  rng draws = rng(1).derive(line);

  const outcome whole = read(data, how, length, [&] { return data.size(); });
  const outcome bytes = read(data, how, length, [] { return std::size_t{1}; });
  claim(whole == bytes, "byte by byte or all at once: the same body", data);
  const outcome cut = read(data, how, length, [&] { return std::size_t{draws.below(24)}; });
  claim(whole == cut, "wherever it is cut: the same body", data);
  claim(whole.payload.size() <= data.size(), "payload is not made up", data);

  switch (how) {
    case framing::length:
      claim(whole.payload == data.substr(0, std::min<std::uint64_t>(length, data.size())), "a length is kept", data);
      claim(whole.done == (data.size() >= length) && whole.now != state::bad, "a length ends by itself", data);
      break;
    case framing::until_close:
      claim(whole.payload == data && !whole.done && whole.ends_here, "all is payload until the end", data);
      break;
    default: {
      claim(whole.done == whole.ends_here, "chunks that are cut are not complete", data);
      std::size_t size = 0;
      const auto slow = slow_chunks(data, size);
      // The reader may be stricter than the grammar (lengths of lines), never laxer.
      claim(!whole.done || slow.has_value(), "only chunks are taken for chunks", data);
      if (whole.done) claim(whole.payload == *slow && whole.consumed == size, "both read the same chunks", data);
      break;
    }
  }
  claim_chunks_carry(data, draws.derive("chunks"));
}

}  // namespace
}  // namespace meshgauge::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  meshgauge::fuzz::look(meshgauge::fuzz::text_of(data, size));
  return 0;
}
