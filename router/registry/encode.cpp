#include <fmt/format.h>

#include <charconv>
#include <iterator>

#include "router/registry/codec.hpp"
#include "router/registry/duration_text.hpp"

namespace meshgauge::registry {
namespace {

/// Length of the well-formed UTF-8 sequence at the front of `text`; 0 when there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(0);
  const std::size_t n = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (n == 0 || n > text.size()) return 0;
  for (std::size_t i = 1; i < n; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  if (lead == 0xe0 && byte(1) < 0xa0) return 0;  // overlong
  if (lead == 0xed && byte(1) > 0x9f) return 0;  // surrogates
  if (lead == 0xf0 && byte(1) < 0x90) return 0;
  if (lead == 0xf4 && byte(1) > 0x8f) return 0;
  return n;
}

void append_key(std::string& out, std::string_view key) {
  if (out.back() != '{') out += ',';
  append_json_string(out, key);
  out += ':';
}

void append_text(std::string& out, std::string_view key, std::string_view value) {
  append_key(out, key);
  append_json_string(out, value);
}

void append_number(std::string& out, std::string_view key, std::uint64_t value) {
  append_key(out, key);
  fmt::format_to(std::back_inserter(out), "{}", value);
}

void append_number(std::string& out, std::string_view key, double value) {
  append_key(out, key);
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;  // the shortest that reads back the same
  out.append(text, end);
}

void append(std::string& out, const instance& what) {
  out += '{';
  append_text(out, "id", what.id);
  append_text(out, "address", what.address);
  append_number(out, "port", std::uint64_t{what.port});
  append_text(out, "status", name_of(what.status));
  append_number(out, "weight", what.weight);
  if (!what.zone.empty()) append_text(out, "zone", what.zone);
  if (!what.version.empty()) append_text(out, "version", what.version);
  if (!what.metadata.empty()) {
    append_key(out, "metadata");
    out += '{';
    for (const auto& [key, value] : what.metadata) append_text(out, key, value);
    out += '}';
  }
  if (what.ttl > duration::zero()) append_text(out, "ttl", to_text(what.ttl));
  out += '}';
}

void append(std::string& out, const std::vector<instance_ptr>& instances) {
  out += '[';
  for (const auto& what : instances) {
    if (out.back() != '[') out += ',';
    append(out, *what);
  }
  out += ']';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto n = sequence_length(text);
    const char c = text[0];
    if (n == 0) {
      out += "\xef\xbf\xbd";
    } else if (n > 1) {
      out += text.substr(0, n);
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
    text.remove_prefix(n == 0 ? 1 : n);
  }
  out += '"';
}

std::string encode(const instance& what) {
  std::string out;
  append(out, what);
  return out;
}

std::string encode(const service_list& list, std::string_view epoch) {
  std::string out = "{";
  out.reserve(64 + 128 * list.instances.size());
  append_text(out, "epoch", epoch);
  append_text(out, "service", list.service);
  append_number(out, "revision", list.revision);
  append_key(out, "instances");
  append(out, list.instances);
  out += '}';
  return out;
}

std::string encode(const catalogue::changes& changes, std::string_view epoch) {
  std::string out = "{";
  append_text(out, "epoch", epoch);
  append_number(out, "revision", changes.revision);
  append_key(out, "full");
  out += changes.full ? "true" : "false";
  append_key(out, "services");
  out += '{';
  for (const auto& list : changes.lists) {
    append_key(out, list->service);
    append(out, list->instances);
  }
  out += "}}";
  return out;
}

std::string encode_error(std::string_view text) {
  std::string out = "{";
  append_text(out, "error", text);
  out += '}';
  return out;
}

}  // namespace meshgauge::registry
