#include "router/proxy/forward.hpp"

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

/// What `Connection` must not take away.
bool protected_field(field_id id) {
  return id == field_id::host || id == field_id::content_length || id == field_id::transfer_encoding ||
         id == field_id::via;
}

class nominations {
 public:
  explicit nominations(const http::head& h) : head_(h), any_(h.find(field_id::connection) != nullptr) {}
  bool drop(const http::field& f) const { return any_ && !protected_field(f.id) && head_.connection_names(f.name); }

 private:
  const http::head& head_;
  bool any_;
};

void append_length(std::string& out, std::uint64_t length) {
  out.append("Content-Length: ");
  http::append_number(out, length);
  out.append("\r\n");
}

}  // namespace

void append_request_head(std::string& out, const http::head& in, const forwarding& f) {
  out.append(in.method).append(" ").append(f.target).append(" HTTP/1.1\r\n");
  http::append_field(out, "Host", in.host);
  const nominations nominated(in);
  std::string_view forwarded_for;
  bool has_id = false;
  for (const http::field& field : in.fields()) {
    if (dropped(field.id) || field.id == field_id::host || field.id == field_id::expect || nominated.drop(field))
      continue;
    if (field.name.size() > 2 && (field.name[0] | 0x20) == 'x' && field.name[1] == '-') {
      if (http::same_name(field.name, "x-forwarded-for")) {
        forwarded_for = field.value;
        continue;
      }
      if (http::same_name(field.name, "x-forwarded-proto") || http::same_name(field.name, "x-forwarded-host")) continue;
      if (http::same_name(field.name, "x-request-id")) has_id = true;
    }
    http::append_field(out, field.name, field.value);
  }
  out.append("X-Forwarded-For: ");
  if (!forwarded_for.empty()) out.append(forwarded_for).append(", ");
  out.append(f.client).append("\r\nX-Forwarded-Proto: http\r\n");
  http::append_field(out, "X-Forwarded-Host", in.host);
  out.append("Via: 1.").append(in.minor == 0 ? "0 " : "1 ").append(f.proxy).append("\r\n");
  if (!has_id) http::append_field(out, "X-Request-Id", f.request_id);
  if (in.body == framing::length) append_length(out, in.length);
  if (in.body == framing::chunked) out.append("Transfer-Encoding: chunked\r\n");
  out.append("\r\n");
}

framing append_response_head(std::string& out, const http::head& in, std::string_view proxy, unsigned minor,
                             bool keep_alive, bool to_head) {
  if (in.status == 200) {
    http::append_status_line(out, 200);
  } else {
    out.append("HTTP/1.1 ");
    http::append_number(out, in.status);
    out.append(" ").append(in.reason.empty() ? http::reason_of(in.status) : in.reason).append("\r\n");
  }
  const nominations nominated(in);
  for (const http::field& field : in.fields()) {
    if (dropped(field.id) || nominated.drop(field)) continue;
    http::append_field(out, field.name, field.value);
  }
  out.append("Via: 1.").append(in.minor == 0 ? "0 " : "1 ").append(proxy).append("\r\n");
  framing how = in.body;
  if (how == framing::until_close || how == framing::chunked)
    how = minor == 0 ? framing::until_close : framing::chunked;
  if (how == framing::length) append_length(out, in.length);
  if (how == framing::chunked) out.append("Transfer-Encoding: chunked\r\n");
  if (to_head || in.status == 304) {
    const http::field* length = in.find(field_id::content_length);
    if (length != nullptr) http::append_field(out, "Content-Length", length->value);
  }
  if (!keep_alive || how == framing::until_close) {
    out.append("Connection: close\r\n");
  } else if (minor == 0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
  return how;
}

}  // namespace meshgauge::proxy
