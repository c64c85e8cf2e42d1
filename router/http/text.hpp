#pragma once
/// Heads written from parts into one flat buffer; no serializer, no copies of fields.
///
/// The scratch objects are shared by everything on a thread: what is written there is sent, and so taken over by the
/// stream, before anybody else can write (send takes its bytes before it returns control).

#include <cstdint>
#include <string>
#include <string_view>

#include "router/http/head.hpp"

namespace meshgauge::http {

/// An empty string with its old capacity. Valid until the next call on this thread.
std::string& scratch_text();
/// A head to parse into. Its content is valid until the caller waits.
head& scratch_head();
/// The same head as it stands, without claiming it.
const head& scratch_head_now();
/// Changes with each call of scratch_head(): equal means that nobody has parsed since.
std::uint64_t scratch_stamp();

void append_number(std::string& out, std::uint64_t n);
void append_field(std::string& out, std::string_view name, std::string_view value);

/// "HTTP/1.1 200 OK\r\n". \param reason  empty: the standard one.
void append_status_line(std::string& out, unsigned status, std::string_view reason = {});

struct answer {
  unsigned status = 200;
  std::string_view body;
  std::string_view type = "text/plain; charset=utf-8";
  std::string_view extra;  ///< whole field lines, each with its CRLF
  bool keep_alive = true;
  bool to_head = false;  ///< answers a HEAD: length but no body
};
/// A whole response.
void append_answer(std::string& out, const answer& a);

/// True when `text` may stand in a field value or target: no control characters but tabs; bytes above 127 are text.
bool safe_text(std::string_view text);

}  // namespace meshgauge::http
