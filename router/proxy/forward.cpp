#include "router/proxy/forward.hpp"

#include <algorithm>
#include <charconv>

#include "router/http/text.hpp"

namespace meshgauge::proxy {

using http::field_id;
using http::framing;

namespace {

/// Fields that belong to one hop, or that are written anew.
bool dropped(field_id id) {
  switch (id) {
    case field_id::connection:
    case field_id::keep_alive:
    case field_id::proxy_connection:
    case field_id::te:
    case field_id::trailer:
    case field_id::transfer_encoding:
    case field_id::content_length:
    case field_id::upgrade:
    case field_id::http2_settings:
      return true;
    default:
      return false;
  }
}

/// Fields of ours that have no number in Beast's list.
enum class special { none, forwarded_for, forwarded_proto, forwarded_host, request_id, traceparent, tracestate };

special special_of(std::string_view name) {
  if (name.size() < 10) return special::none;
  const char first = static_cast<char>(name[0] | 0x20);
  if (first == 'x' && name[1] == '-') {
    if (http::same_name(name, "x-request-id")) return special::request_id;
    if (http::same_name(name, "x-forwarded-for")) return special::forwarded_for;
    if (http::same_name(name, "x-forwarded-proto")) return special::forwarded_proto;
    if (http::same_name(name, "x-forwarded-host")) return special::forwarded_host;
  } else if (first == 't') {
    if (http::same_name(name, "traceparent")) return special::traceparent;
    if (http::same_name(name, "tracestate")) return special::tracestate;
  }
  return special::none;
}

/// What `Connection` takes away: never what others rely on to know where a message is from or where it ends.
class nominations {
 public:
  explicit nominations(const http::head& h) : head_(h), any_(h.find(field_id::connection) != nullptr) {}
  bool drop(const http::field& f) const {
    if (!any_ || f.id == field_id::host || f.id == field_id::via || special_of(f.name) != special::none) return false;
    return head_.connection_names(f.name);
  }

 private:
  const http::head& head_;
  bool any_;
};

void append_length(std::string& out, std::uint64_t length) {
  out.append("Content-Length: ");
  http::append_number(out, length);
  out.append("\r\n");
}

bool hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}
bool zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

void append_fields(std::string& out, const http::head& in, std::string_view proxy) {
  const nominations nominated(in);
  for (const http::field& field : in.fields()) {
    if (dropped(field.id) || nominated.drop(field)) continue;
    http::append_field(out, field.name, field.value);
  }
  out.append("Via: 1.").append(in.minor == 0 ? "0 " : "1 ").append(proxy).append("\r\n");
}

}  // namespace

duration idle_allowed(const http::head& answer, duration ours) {
  const http::field* f = answer.find(field_id::keep_alive);
  if (f == nullptr) return ours;
  constexpr std::string_view key = "timeout=";
  const auto at = f->value.find(key);
  if (at == std::string_view::npos) return ours;
  std::uint32_t seconds = 0;
  const std::string_view number = f->value.substr(at + key.size());
  const auto [end, bad] = std::from_chars(number.data(), number.data() + number.size(), seconds);
  if (bad != std::errc{} || end == number.data()) return ours;
  const duration theirs = std::chrono::seconds(seconds) - std::chrono::milliseconds(500);
  return std::clamp(theirs, duration::zero(), ours);
}

bool good_traceparent(std::string_view v) {
  if (v.size() < 55 || v[2] != '-' || v[35] != '-' || v[52] != '-') return false;
  if (!hex(v.substr(0, 2)) || !hex(v.substr(3, 32)) || !hex(v.substr(36, 16)) || !hex(v.substr(53, 2))) return false;
  if (v.starts_with("ff") || zero(v.substr(3, 32)) || zero(v.substr(36, 16))) return false;
  return v.size() == 55 || (!v.starts_with("00") && v[55] == '-');
}

std::string_view upgrade_of(const http::head& h) {
  std::string_view protocol;
  for (const http::field& f : h.fields()) {
    if (f.id != field_id::upgrade) continue;
    if (!protocol.empty()) return {};
    protocol = f.value;
  }
  if (protocol.empty() || protocol.find_first_of(", \t") != std::string_view::npos) return {};
  return h.connection_names("upgrade") ? protocol : std::string_view();
}

void append_request_head(std::string& out, const http::head& in, const forwarding& f) {
  out.append(in.method).append(" ");
  if (f.target.starts_with('?')) out.append("/");  // of an absolute target without a path
  out.append(f.target).append(" HTTP/1.1\r\n");
  http::append_field(out, "Host", in.host);
  const nominations nominated(in);
  unsigned forwarded = 0, traces = 0;
  bool has_id = false;
  std::string_view trace;
  for (const http::field& field : in.fields()) {
    if (dropped(field.id) || field.id == field_id::host || field.id == field_id::expect || nominated.drop(field))
      continue;
    if (field.id == field_id::max_forwards && f.max_forwards) continue;
    switch (special_of(field.name)) {
      case special::forwarded_for:
        ++forwarded;
        continue;
      case special::traceparent:
        ++traces;
        trace = field.value;
        continue;
      case special::forwarded_proto:
      case special::forwarded_host:
      case special::tracestate:
        continue;
      case special::request_id:
        if (has_id || field.value.empty()) continue;
        has_id = true;
        break;
      case special::none:
        break;
    }
    http::append_field(out, field.name, field.value);
  }
  const auto each = [&](special wanted, auto write) {
    for (const http::field& field : in.fields()) {
      if (special_of(field.name) == wanted) write(field);
    }
  };
  out.append("X-Forwarded-For: ");
  if (forwarded > 0) {
    each(special::forwarded_for, [&](const http::field& field) {
      if (!field.value.empty()) out.append(field.value).append(", ");
    });
  }
  out.append(f.client).append("\r\nX-Forwarded-Proto: http\r\n");
  http::append_field(out, "X-Forwarded-Host", in.host);
  out.append("Via: 1.").append(in.minor == 0 ? "0 " : "1 ").append(f.proxy).append("\r\n");
  if (!has_id) http::append_field(out, "X-Request-Id", f.request_id);
  if (traces == 1 && good_traceparent(trace)) {
    http::append_field(out, "traceparent", trace);
    each(special::tracestate, [&](const http::field& field) { http::append_field(out, field.name, field.value); });
  } else if (!f.traceparent.empty()) {
    http::append_field(out, "traceparent", f.traceparent);
  }
  if (f.max_forwards) {
    out.append("Max-Forwards: ");
    http::append_number(out, *f.max_forwards);
    out.append("\r\n");
  }
  if (f.trailers) out.append(f.upgrade.empty() ? "TE: trailers\r\nConnection: TE\r\n" : "");
  if (!f.upgrade.empty()) out.append("Connection: Upgrade\r\nUpgrade: ").append(f.upgrade).append("\r\n");
  if (in.body == framing::length) append_length(out, in.length);
  if (in.body == framing::chunked) out.append("Transfer-Encoding: chunked\r\n");
  out.append("\r\n");
}

framing append_response_head(std::string& out, const http::head& in, const relaying& r) {
  http::append_status_line(out, in.status, in.reason);
  append_fields(out, in, r.proxy);
  framing how = in.body;
  if (how == framing::until_close || how == framing::chunked)
    how = r.minor == 0 ? framing::until_close : framing::chunked;
  if (how == framing::length) append_length(out, in.length);
  if (how == framing::chunked) out.append("Transfer-Encoding: chunked\r\n");
  if ((r.to_head && in.status != 204) || in.status == 304) {
    const http::field* length = in.find(field_id::content_length);
    if (length != nullptr) http::append_field(out, "Content-Length", length->value);
  }
  if (!r.keep_alive || how == framing::until_close) {
    out.append("Connection: close\r\n");
  } else if (r.minor == 0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
  return how;
}

void append_switching_head(std::string& out, const http::head& in, std::string_view proxy, std::string_view protocol) {
  http::append_status_line(out, in.status, in.reason);
  append_fields(out, in, proxy);
  out.append("Connection: Upgrade\r\nUpgrade: ").append(protocol).append("\r\n\r\n");
}

}  // namespace meshgauge::proxy
