#pragma once
/// The head of a message, as views into the bytes it was parsed from.
///
/// One strict reading of HTTP/1.1 for both directions (RFC 9112): Beast's parser splits the lines, and what it lets
/// through and must not pass is refused here: two framings, a Transfer-Encoding other than `chunked`, more than one
/// Content-Length or Host, folded lines, odd targets and statuses. Whatever is accepted has exactly one meaning.

#include <array>
#include <boost/beast/http/field.hpp>
#include <cstdint>
#include <span>
#include <string_view>

namespace meshgauge::http {

using field_id = boost::beast::http::field;

struct field {
  field_id id = field_id::unknown;
  std::string_view name;
  std::string_view value;
};

enum class framing : std::uint8_t { none, length, chunked, until_close };

/// Valid until the stream's reader waits again: all views point into the receive buffer.
class head {
 public:
  static constexpr std::size_t fields_max = 100;

  std::string_view method;  ///< requests
  std::string_view target;  ///< requests, as received
  unsigned status = 0;      ///< responses
  std::string_view reason;  ///< responses
  std::string_view host;    ///< requests; of the target when that is absolute
  unsigned minor = 1;       ///< HTTP/1.minor
  framing body = framing::none;
  bool keep_alive = true;  ///< the sender would go on with this connection
  bool expects_continue = false;
  std::uint64_t length = 0;  ///< when body == framing::length
  std::size_t size = 0;      ///< bytes of the head, blank line included

  std::span<const field> fields() const { return {fields_.data(), count_}; }
  /// The first field of that name; null when there is none.
  const field* find(field_id id) const;
  const field* find(std::string_view lower_case_name) const;
  /// True when a field of that name, a comma-separated list, has the element (case does not matter).
  bool lists(field_id id, std::string_view element) const;
  /// True when `Connection` names it.
  bool connection_names(std::string_view name) const { return lists(field_id::connection, name); }

 private:
  friend class head_parser;
  friend class plain_head;
  std::array<field, fields_max> fields_;
  std::size_t count_ = 0;
};

struct limits {
  std::size_t head = 16 * 1024;   ///< bytes of a head
  std::size_t target = 8 * 1024;  ///< bytes of a request target
};

enum class verdict : std::uint8_t {
  complete,
  incomplete,      ///< more bytes are needed
  malformed,       ///< 400, or 502 for a response
  bad_framing,     ///< 400, or 502: could be read in two ways
  bad_version,     ///< 505
  unknown_coding,  ///< 501: a Transfer-Encoding other than chunked
  head_too_large,  ///< 431
  target_too_long  ///< 414
};

/// What to answer to a request that was refused.
unsigned status_of(verdict v);
/// Short reason for logs.
std::string_view name_of(verdict v);

/// Reads the head at the front of `data` into `out`, whose old content is forgotten.
verdict parse_request(std::string_view data, const limits& l, head& out);
/// \param to_head  the response answers a HEAD request: it has no body whatever its fields say.
verdict parse_response(std::string_view data, const limits& l, bool to_head, head& out);

/// GET, HEAD, OPTIONS, TRACE, PUT, DELETE: may be sent again after an unknown outcome (RFC 9110, 9.2.2).
bool idempotent(std::string_view method);

/// Of what methods and names of fields and protocols are made (RFC 9110, 5.6.2).
bool token_character(char c);
bool is_token(std::string_view text);

/// Case-insensitive for ASCII.
bool same_name(std::string_view a, std::string_view b);
/// The standard reason phrase.
std::string_view reason_of(unsigned status);

}  // namespace meshgauge::http
