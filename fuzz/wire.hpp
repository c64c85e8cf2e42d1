#pragma once
/// A whole direction of a connection, read strictly from its first byte to its last: which messages a peer that takes
/// HTTP at its word would see in it.

#include <string>
#include <string_view>
#include <vector>

namespace meshgauge::fuzz {

struct message {
  std::string method, target;  ///< requests
  std::string last_via;
  unsigned status = 0;      ///< answers; interim ones are left out
  bool own_answer = false;  ///< of the router: has Proxy-Status, or no Via
  std::string body;         ///< decoded
  bool whole = false;       ///< to the end of its body
};

struct reading {
  enum class rest { none, cut, malformed, opaque };
  std::vector<message> messages;
  /// What stands behind the last of them: nothing, a part of a message, no HTTP, or another protocol (after an
  /// upgrade).
  rest behind = rest::none;
};

/// \param blank_lines  takes a CRLF in front of a request, as a server should (RFC 9112, 2.2).
reading read_requests(std::string_view bytes, bool blank_lines);

/// \param asked  what was asked on this connection, in order.
/// \param closed  the sender closed politely, which ends a body without framing.
reading read_answers(std::string_view bytes, const std::vector<message>& asked, bool closed);

}  // namespace meshgauge::fuzz
