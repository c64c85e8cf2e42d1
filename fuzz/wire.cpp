#include "fuzz/wire.hpp"

#include "router/http/body.hpp"
#include "router/http/head.hpp"

namespace meshgauge::fuzz {
namespace {

using http::body_reader;
using http::framing;
using http::head;
using http::verdict;

/// Takes the body off the front of `bytes`; false when it is malformed.
bool take_body(std::string_view& bytes, const head& h, bool closed, message& into) {
  body_reader reader(h.body, h.length);
  while (!reader.done()) {
    const body_reader::step step = reader.next(bytes);
    if (step.now == body_reader::state::bad) return false;
    into.body += step.payload;
    bytes.remove_prefix(step.consumed);
    if (step.consumed == 0) break;
  }
  into.whole = reader.done() || (closed && bytes.empty() && reader.ends_here());
  return true;
}

void note_fields(const head& h, message& into) {
  for (const http::field& f : h.fields()) {
    if (f.id == http::field_id::via) into.last_via = f.value;
  }
}

reading::rest rest_of(verdict v) {
  return v == verdict::incomplete ? reading::rest::cut : reading::rest::malformed;
}

/// Above the router's own limits: what it writes is a little longer than what it read.
constexpr http::limits wide{.head = 64 * 1024, .target = 64 * 1024};

}  // namespace

reading read_requests(std::string_view bytes, bool blank_lines) {
  static head h;
  reading out;
  bool upgrade = false;
  while (!bytes.empty()) {
    while (blank_lines && bytes.starts_with("\r\n")) bytes.remove_prefix(2);
    if (bytes.empty()) break;
    const verdict v = http::parse_request(bytes, wide, h);
    if (v != verdict::complete) {
      out.behind = upgrade ? reading::rest::opaque : rest_of(v);
      return out;
    }
    message& m = out.messages.emplace_back();
    m.method = h.method;
    m.target = h.target;
    note_fields(h, m);
    bytes.remove_prefix(h.size);
    // Whether another protocol follows is for the answer to say, so what is no HTTP from here on is no offence.
    upgrade = upgrade || h.find("upgrade") != nullptr;
    const bool good = take_body(bytes, h, false, m);
    if (!good || !m.whole) {
      out.behind = good ? reading::rest::cut : upgrade ? reading::rest::opaque : reading::rest::malformed;
      return out;
    }
  }
  return out;
}

reading read_answers(std::string_view bytes, const std::vector<message>& asked, bool closed) {
  static head h;
  reading out;
  while (!bytes.empty()) {
    const std::size_t number = out.messages.size();
    const bool to_head = number < asked.size() && asked[number].method == "HEAD";
    const verdict v = http::parse_response(bytes, wide, to_head, h);
    if (v != verdict::complete) {
      out.behind = rest_of(v);
      return out;
    }
    bytes.remove_prefix(h.size);
    if (h.status == 101) {
      out.behind = reading::rest::opaque;
      return out;
    }
    if (h.status < 200) continue;
    message& m = out.messages.emplace_back();
    m.status = h.status;
    note_fields(h, m);
    m.own_answer = h.find("proxy-status") != nullptr || m.last_via.empty();
    const bool good = take_body(bytes, h, closed, m);
    if (!good || !m.whole) {
      out.behind = good ? reading::rest::cut : reading::rest::malformed;
      return out;
    }
  }
  return out;
}

}  // namespace meshgauge::fuzz
