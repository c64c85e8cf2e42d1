#include "router/http/text.hpp"

#include <algorithm>
#include <charconv>

namespace meshgauge::http {

std::string& scratch_text() {
  thread_local std::string text;
  text.clear();
  return text;
}

namespace {
thread_local constinit std::uint64_t stamp = 0;

head& shared_head() {
  thread_local head h;
  return h;
}
}  // namespace

head& scratch_head() {
  ++stamp;
  return shared_head();
}

const head& scratch_head_now() {
  return shared_head();
}

std::uint64_t scratch_stamp() {
  return stamp;
}

void append_number(std::string& out, std::uint64_t n) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, n).ptr;
  out.append(digits, end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name);
  out.append(": ");
  out.append(value);
  out.append("\r\n");
}

void append_status_line(std::string& out, unsigned status, std::string_view reason) {
  if (status == 200 && (reason == "OK" || reason.empty())) {
    out.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  out.append("HTTP/1.1 ");
  append_number(out, status);
  out.push_back(' ');
  out.append(reason.empty() ? reason_of(status) : reason);
  out.append("\r\n");
}

void append_answer(std::string& out, const answer& a) {
  append_status_line(out, a.status);
  const bool bodiless = a.status == 204 || a.status == 304;
  if (!bodiless) {
    if (!a.body.empty()) append_field(out, "Content-Type", a.type);
    out.append("Content-Length: ");
    append_number(out, a.body.size());
    out.append("\r\n");
  }
  out.append(a.extra);
  if (!a.keep_alive) out.append("Connection: close\r\n");
  out.append("\r\n");
  if (!bodiless && !a.to_head) out.append(a.body);
}

bool safe_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f; });
}

}  // namespace meshgauge::http
