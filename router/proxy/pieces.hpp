#pragma once
/// What lies in a receive buffer of a body, gathered into one send with the framing of the other side.
///
/// Many small chunks become one, chunk extensions are gone, and an empty piece, which would end a chunked body, is
/// never written. Pure: it looks at bytes and gives buffers that point to them.

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "router/http/body.hpp"
#include "router/net/stream.hpp"

namespace meshgauge::proxy {

class pieces {
 public:
  /// \param chunked   frames what is sent as chunks.
  /// \param trailers  lower-case names of trailer fields that are passed on (with chunks only).
  pieces(http::body_reader body, bool chunked, std::span<const std::string> trailers)
      : body_(body), chunked_(chunked), allowed_(trailers) {}

  /// Reads on at the front of `data`. Afterwards `buffers` has what to send, and `consumed` says how much of `data` may
  /// go once it is sent. \return false when the body is malformed there; what was good before it is still to be sent.
  bool gather(std::string_view data);

  /// Nothing to send.
  bool empty() const { return payload_ == 0 && !ending_; }
  /// `head` (may be empty), then the body's pieces. The text is the object's own or lies in what was gathered.
  net::buffers buffers(std::string_view head = {});
  std::size_t consumed() const { return consumed_; }

  /// All of the body was gathered.
  bool done() const { return body_.done(); }
  /// The stream has ended: true when that completes the body; `buffers` may have a last chunk then.
  bool end_of_stream();
  /// Of the whole body as far as it is known, a chunk that has only been announced included.
  std::uint64_t announced_bytes() const { return body_.announced_bytes(); }

 private:
  static constexpr std::size_t most = 10;  ///< with head, framing and trailers no more than a send takes
  void keep_trailer(std::string_view line);

  http::body_reader body_;
  bool chunked_;
  bool ending_ = false;  ///< the last chunk is to be sent
  std::span<const std::string> allowed_;
  std::array<std::string_view, most> parts_;
  std::size_t count_ = 0;
  std::size_t payload_ = 0;
  std::size_t consumed_ = 0;
  std::string trailers_;  ///< lines to send, each with its CRLF
  std::array<char, 18> chunk_line_{};
  std::array<net::const_buffer, most + 6> out_;
};

/// True for a name that may be passed on as a trailer when somebody asks for it: no framing, routing, authentication,
/// forwarding or caching field (RFC 9110, 6.5.1).
bool may_trail(std::string_view lower_case_name);

}  // namespace meshgauge::proxy
