#pragma once
/// A short way through heads as programs usually write them.
///
/// Beast's parser took a third of a simulated request. This one reads only what leaves no question: HTTP/1.1, CRLF
/// everywhere, printable ASCII, origin-form, at most one Content-Length, and no field that has a say about the
/// connection or the framing. Whatever else comes, also when bytes are missing, is not refused here: it is left to the
/// careful parser, so there stays one judge of what is wrong.

#include "router/http/head.hpp"

namespace meshgauge::http {

class plain_head {
 public:
  /// False: read it with care; `out` is undefined.
  static bool request(std::string_view data, const limits& l, head& out);
  static bool response(std::string_view data, const limits& l, head& out);

 private:
  static bool fields(std::string_view rest, std::string_view data, const limits& l, head& out);
};

}  // namespace meshgauge::http
