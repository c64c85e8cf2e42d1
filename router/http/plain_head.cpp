#include "router/http/plain_head.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace meshgauge::http {
namespace {

/// Nothing but 0x20..0x7e, eight bytes at a time.
bool printable(std::string_view text) {
  constexpr std::uint64_t each = 0x0101010101010101;
  std::uint64_t odd = 0;
  const char* at = text.data();
  std::size_t left = text.size();
  const auto look = [&](std::uint64_t x) { odd |= (x - 0x20 * each) | x | (x + each); };
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t x;
    std::memcpy(&x, at, 8);
    look(x);
  }
  if (left > 0) {
    std::uint64_t x = 0x20 * each;
    std::memcpy(&x, at, left);
    look(x);
  }
  return (odd & (0x80 * each)) == 0;
}

bool name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/// Takes a line off the front, without its CRLF; false when it is not all there or not plain.
bool take_line(std::string_view& rest, std::string_view& line) {
  if (rest.empty()) return false;
  const void* found = std::memchr(rest.data(), '\n', rest.size());
  if (found == nullptr) return false;
  const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - rest.data());
  if (length == 0 || rest[length - 1] != '\r') return false;
  line = rest.substr(0, length - 1);
  rest.remove_prefix(length + 1);
  return printable(line);
}

/// The id of a name. Programs write the same few names again and again, so the last one seen in a place is remembered.
field_id id_of(std::string_view name) {
  struct known {
    std::array<char, 30> text;
    std::uint8_t size = 0;
    field_id id = field_id::unknown;
  };
  thread_local constinit std::array<known, 64> memory{};
  known& k = memory[(name.size() * 7 + static_cast<unsigned char>(name.front()) * 3 +
                     static_cast<unsigned char>(name.back())) %
                    64];
  if (k.size == name.size() && std::memcmp(k.text.data(), name.data(), name.size()) == 0) return k.id;
  const field_id id = boost::beast::http::string_to_field({name.data(), name.size()});
  if (name.size() > k.text.size()) return id;
  std::memcpy(k.text.data(), name.data(), name.size());
  k.size = static_cast<std::uint8_t>(name.size());
  k.id = id;
  return id;
}

}  // namespace

bool plain_head::fields(std::string_view rest, std::string_view data, const limits& l, head& out) {
  out.body = framing::none;
  out.length = 0;
  out.minor = 1;
  out.keep_alive = true;
  out.expects_continue = false;
  out.host = {};
  out.count_ = 0;
  bool host = false, length = false;
  for (std::string_view line;;) {
    if (!take_line(rest, line)) return false;
    if (line.empty()) break;
    std::size_t colon = 0;
    while (colon < line.size() && name_character(line[colon])) ++colon;
    if (colon == 0 || colon == line.size() || line[colon] != ':') return false;
    const std::string_view name = line.substr(0, colon);
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
    const field_id id = id_of(name);
    switch (id) {
      case field_id::connection:
      case field_id::proxy_connection:
      case field_id::transfer_encoding:
      case field_id::upgrade:
      case field_id::expect:
        return false;
      case field_id::host:
        if (host) return false;
        host = true;
        out.host = value;
        break;
      case field_id::content_length:
        if (length || value.empty() || value.size() > 15) return false;
        length = true;
        for (const char c : value) {
          if (c < '0' || c > '9') return false;
          out.length = out.length * 10 + static_cast<std::uint64_t>(c - '0');
        }
        out.body = framing::length;
        break;
      default:
        break;
    }
    if (out.count_ == head::fields_max) return false;
    out.fields_[out.count_++] = {id, name, value};
  }
  out.size = data.size() - rest.size();
  return out.size <= l.head / 2;  // near the limit, the careful parser counts
}

bool plain_head::request(std::string_view data, const limits& l, head& out) {
  std::string_view rest = data, line;
  if (!take_line(rest, line) || !line.ends_with(" HTTP/1.1")) return false;
  line.remove_suffix(9);
  std::size_t method = 0;
  while (method < line.size() && line[method] >= 'A' && line[method] <= 'Z') ++method;
  if (method == 0 || line.size() < method + 2 || line[method] != ' ' || line[method + 1] != '/') return false;
  out.method = line.substr(0, method);
  out.target = line.substr(method + 1);
  out.status = 0;
  out.reason = {};
  if (out.method == "CONNECT" || out.target.size() > l.target) return false;
  const auto odd = [](char c) {
    return c == ' ' || c == '"' || c == '<' || c == '>' || c == '#' || c == '\\' || c == '^' || c == '`';
  };
  if (std::any_of(out.target.begin(), out.target.end(), odd)) return false;
  return fields(rest, data, l, out) && !out.host.empty();
}

bool plain_head::response(std::string_view data, const limits& l, head& out) {
  std::string_view rest = data, line;
  if (!take_line(rest, line) || !line.starts_with("HTTP/1.1 ") || line.size() < 14 || line[12] != ' ') return false;
  unsigned status = 0;
  for (const char c : line.substr(9, 3)) {
    if (c < '0' || c > '9') return false;
    status = status * 10 + static_cast<unsigned>(c - '0');
  }
  if (status < 200 || status > 599) return false;
  out.method = out.target = {};
  out.status = status;
  out.reason = line.substr(13);
  return fields(rest, data, l, out);
}

}  // namespace meshgauge::http
