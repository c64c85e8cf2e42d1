// Request heads: what is accepted has one meaning, and what we would send on for it has the same.

#include <string>

#include "fuzz/claim.hpp"
#include "fuzz/heads.hpp"
#include "router/proxy/forward.hpp"
#include "router/proxy/routes.hpp"

namespace meshgauge::fuzz {
namespace {

using http::head;
using http::limits;
using http::verdict;

/// Far above the limits of what comes in: what we add must not be what is refused.
constexpr limits wide{.head = 64 * 1024, .target = 64 * 1024};
/// An upstream such as ours counts fields, too; more than these are left to it.
constexpr std::size_t room_for_ours = 8;

/// Reads back what is written for an instance, and claims what is true of it however the router was told to write it.
const head* read_back(std::string& out, const head& in, const proxy::forwarding& f) {
  out.clear();
  proxy::append_request_head(out, in, f);
  claim(out.find("\r\n\r\n") + 4 == out.size(), "what is sent on has no blank line before its end", out);
  if (in.fields().size() + room_for_ours > head::fields_max) return nullptr;
  static head back;
  const verdict v = http::parse_request(out, wide, back);
  claim(v == verdict::complete, "what is sent on is accepted", out);
  claim(back.size == out.size(), "what is sent on is one head", out);
  claim_good_request(back, out, wide);
  // An absolute target without a path is asked for with one.
  const std::string target = (f.target.starts_with('?') ? "/" : "") + std::string(f.target);
  claim(back.method == in.method && back.target == target, "method and target are sent on as they are", out);
  claim(back.host == in.host, "the host is sent on as it is", out);
  claim(back.minor == 1, "an instance is spoken to in HTTP/1.1", out);
  claim(back.body == in.body && back.length == in.length, "the framing is sent on", out);
  claim(count_of(back, "expect") == 0, "Expect is answered by the router", out);
  for (const std::string_view once :
       {"host", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-request-id"}) {
    claim(count_of(back, once) == 1, "fields of ours stand there once", out);
  }
  claim(back.find("x-forwarded-for")->value.ends_with("10.0.0.9"), "the client's address is the last", out);
  const http::field* last_via = nullptr;
  for (const http::field& field : back.fields()) {
    if (field.id == http::field_id::via) last_via = &field;
  }
  claim(last_via != nullptr && last_via->value.ends_with(" router-0"), "the last Via is the router's", out);
  return &back;
}

void claim_sent_on(const head& in, std::string_view target) {
  static std::string out;
  proxy::forwarding f{.proxy = "router-0", .client = "10.0.0.9", .request_id = "0123456789abcdef", .target = target};
  if (const head* back = read_back(out, in, f)) {
    claim_no_hop_by_hop(*back, in);
    claim(count_of(*back, "connection") == 0, "no Connection without a reason", out);
  }
  f.traceparent = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01";
  f.trailers = true;
  f.max_forwards = 3;
  if (const head* back = read_back(out, in, f)) {
    claim(count_of(*back, "traceparent") == 1 && count_of(*back, "max-forwards") == 1, "what is set stands there once",
          out);
    claim(back->connection_names("te") && back->find("te")->value == "trailers", "trailers are welcome", out);
  }
  f.upgrade = "websocket";
  if (const head* back = read_back(out, in, f)) {
    claim(proxy::upgrade_of(*back) == "websocket", "an upgrade is asked for, to one protocol", out);
  }
}

void look(std::string_view data, const limits& l) {
  static head h;
  if (http::parse_request(data, l, h) != verdict::complete) return;
  claim_good_request(h, data, l);
  const std::string whole = meaning(h);
  const std::size_t size = h.size;
  if (h.target != "*") {  // that is for the router itself
    claim_sent_on(h, h.target);
    static const proxy::route_table first_segment;
    const proxy::route_table::found where = first_segment.match(h);
    std::string rewritten;
    if (!where.service.empty()) claim_sent_on(h, proxy::stripped(h.target, where.service.size() + 1, rewritten));
  }
  static head again;
  const auto parse = [&](std::string_view part) { return http::parse_request(part, l, again); };
  claim_same_in_pieces(data.substr(0, size), parse, again, whole);
}

}  // namespace
}  // namespace meshgauge::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = meshgauge::fuzz::text_of(data, size);
  meshgauge::fuzz::look(text, {});
  meshgauge::fuzz::look(text, {.head = 160, .target = 24});  // so small that inputs meet them
  return 0;
}
