#pragma once
/// A second, independent reader of HTTP/1.1 for the conformance tests: what a strict peer makes of the bytes that a
/// router writes. It shares no code with router/http, so that a mistake there cannot hide itself, and it tolerates
/// nothing that a router has no reason to write: chunk extensions, two framings, odd blanks.

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace meshgauge::proxy::wire {

struct message {
  std::string line;  ///< request or status line
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;      ///< decoded
  std::string trailers;  ///< lines, as they came
  bool whole = false;    ///< the body has come to its framed end
  bool chunked = false;
  bool by_close = false;
  unsigned status = 0;  ///< answers

  /// Values of all fields of that name, joined by ", ".
  std::optional<std::string> field(std::string_view name) const {
    std::optional<std::string> all;
    for (const auto& [n, v] : fields) {
      const bool same = std::equal(n.begin(), n.end(), name.begin(), name.end(),
                                   [](char a, char b) { return (a | 0x20) == (b | 0x20); });
      if (same) all = all ? *all + ", " + v : v;
    }
    return all;
  }
};

enum class kind { request, answer, answer_to_head };

struct reading {
  std::vector<message> messages;  ///< the last one may not be whole
  std::string problem;            ///< why the rest is no HTTP; empty when all is well
  std::size_t used = 0;           ///< bytes of the messages that are whole
  std::size_t whole() const {
    return static_cast<std::size_t>(
        std::count_if(messages.begin(), messages.end(), [](const message& m) { return m.whole; }));
  }
};

namespace detail {

inline bool token(std::string_view s) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !s.empty() && std::all_of(s.begin(), s.end(), [&](char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || marks.find(c) != marks.npos;
  });
}
inline bool text(std::string_view s) {
  return std::none_of(s.begin(), s.end(), [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f; });
}
inline std::optional<std::size_t> number(std::string_view s, unsigned base) {
  if (s.empty() || s.size() > 12) return std::nullopt;
  std::size_t n = 0;
  for (const char c : s) {
    unsigned digit = 16;
    if (c >= '0' && c <= '9') digit = static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') digit = static_cast<unsigned>(c - 'a' + 10);
    if (digit >= base) return std::nullopt;
    n = n * base + digit;
  }
  return n;
}
/// The line at the front, taken off; nothing when its CRLF is not there yet.
inline std::optional<std::string_view> line(std::string_view& rest) {
  const auto end = rest.find("\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view l = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return l;
}

/// \return what is wrong, or nothing.
inline std::string start_line(kind k, message& m) {
  if (k == kind::request) {
    const auto first = m.line.find(' ');
    const auto last = m.line.rfind(' ');
    if (first == std::string::npos || first == last || !token(std::string_view(m.line).substr(0, first)) ||
        m.line.substr(last) != " HTTP/1.1" || m.line.find(' ', first + 1) != last || last == first + 1)
      return "request line";
    return {};
  }
  const auto digits = number(m.line.size() < 12 ? std::string_view() : std::string_view(m.line).substr(9, 3), 10);
  if (!m.line.starts_with("HTTP/1.1 ") || !digits || *digits < 100 || *digits > 599 || m.line.size() < 13 ||
      m.line[12] != ' ')
    return "status line";
  m.status = static_cast<unsigned>(*digits);
  return {};
}

inline std::string chunks(std::string_view& rest, message& m) {
  for (;;) {
    std::string_view at = rest;
    const auto size_line = line(at);
    if (!size_line) return {};
    const auto size = number(*size_line, 16);
    if (!size) return fmt::format("chunk line '{}'", *size_line);
    if (*size == 0) {
      for (;;) {
        const auto trailer = line(at);
        if (!trailer) return {};
        if (trailer->empty()) break;
        m.trailers.append(*trailer).append("\r\n");
      }
      m.whole = true;
      rest = at;
      return {};
    }
    m.body += at.substr(0, *size);
    if (at.size() < *size + 2) return {};
    if (at.substr(*size, 2) != "\r\n") return "end of a chunk";
    rest = at.substr(*size + 2);
  }
}

}  // namespace detail

/// \param ended  the peer has closed politely behind `bytes`.
inline reading read(kind k, std::string_view bytes, bool ended) {
  reading r;
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const auto end = rest.find("\r\n\r\n");
    if (end == std::string_view::npos) {
      if (ended) r.problem = "half a head";
      return r;
    }
    message m;
    std::string_view head = rest.substr(0, end + 2);
    rest.remove_prefix(end + 4);
    m.line = *detail::line(head);
    r.problem = detail::start_line(k, m);
    while (r.problem.empty() && !head.empty()) {
      const std::string_view l = *detail::line(head);
      const auto colon = l.find(": ");
      if (colon == std::string_view::npos || !detail::token(l.substr(0, colon)) || !detail::text(l)) {
        r.problem = "field line";
        break;
      }
      m.fields.emplace_back(l.substr(0, colon), l.substr(colon + 2));
    }
    if (!r.problem.empty()) {
      r.problem += fmt::format(" in '{}'", bytes.substr(r.used, 300));
      return r;
    }
    const auto length = m.field("content-length");
    const auto coding = m.field("transfer-encoding");
    if (k == kind::request && m.field("host").value_or(",").find(',') != std::string::npos) r.problem = "Host";
    if (length && !detail::number(*length, 10)) r.problem = "Content-Length: " + *length;
    if (coding && *coding != "chunked") r.problem = "Transfer-Encoding: " + *coding;
    if (length && coding) r.problem = "two framings";
    if ((m.status == 204 || (m.status >= 100 && m.status < 200)) && (length || coding))
      r.problem = fmt::format("a {} with a framing", m.status);
    if (!r.problem.empty()) return r;
    const bool bodiless = k == kind::request ? !length && !coding
                                             : k == kind::answer_to_head || m.status == 204 || m.status == 304 ||
                                                   (m.status < 200 && m.status != 101);
    m.chunked = coding.has_value();
    if (bodiless) {
      m.whole = true;
    } else if (coding) {
      r.problem = detail::chunks(rest, m);
    } else if (length) {
      const std::size_t n = *detail::number(*length, 10);
      m.body = rest.substr(0, n);
      m.whole = m.body.size() == n;
      rest.remove_prefix(m.body.size());
    } else {  // to the close; behind a 101 it is the tunnel
      m.body = rest;
      m.by_close = true;
      m.whole = ended || m.status == 101;
      rest = {};
    }
    const bool more = m.whole && r.problem.empty();
    r.messages.push_back(std::move(m));
    if (!more) return r;
    r.used = bytes.size() - rest.size();
  }
  return r;
}

}  // namespace meshgauge::proxy::wire
