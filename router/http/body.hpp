#pragma once
/// Reads a body by its framing, in the receive buffer: a state machine without I/O.
///
/// Feed it what peek() shows; it says which bytes of that are payload and how many may be consumed. Chunk extensions
/// are dropped; trailers are checked as strictly as fields and shown line by line, apart from the payload. The length
/// of both is bounded, so that nobody can make us hold or read without end.

#include <cstdint>
#include <string_view>

#include "router/http/head.hpp"

namespace meshgauge::http {

class body_reader {
 public:
  static constexpr std::size_t chunk_line_max = 256;
  static constexpr std::size_t trailers_max = 8 * 1024;

  enum class state : std::uint8_t { more, done, bad };
  struct step {
    std::string_view payload;  ///< part of `data`
    std::string_view trailer;  ///< a line of the trailer section, part of `data`, without its CRLF
    std::size_t consumed = 0;  ///< bytes of `data` that are dealt with, payload included
    state now = state::more;
  };

  body_reader() = default;
  body_reader(framing how, std::uint64_t length);

  bool done() const { return phase_ == phase::done; }
  /// \param data  what is there; may be empty. A step that consumes nothing and wants more needs a longer `data`.
  step next(std::string_view data);
  /// The stream ended: true when the body is complete by that (until_close), false when it was cut.
  bool ends_here() const { return phase_ == phase::done || phase_ == phase::until_close; }
  std::uint64_t payload_bytes() const { return seen_; }
  /// The same, and what the chunk or the length has promised: a limit can be held before the bytes come.
  std::uint64_t announced_bytes() const { return seen_ + left_; }

 private:
  enum class phase : std::uint8_t { done, length, until_close, chunk_line, chunk_data, chunk_end, trailers, bad };
  step fail() {
    phase_ = phase::bad;
    return {{}, {}, 0, state::bad};
  }
  phase phase_ = phase::done;
  std::uint64_t left_ = 0;
  std::uint64_t seen_ = 0;
  std::size_t trailer_bytes_ = 0;
};

}  // namespace meshgauge::http
