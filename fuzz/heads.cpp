#include "fuzz/heads.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fuzz/claim.hpp"

namespace meshgauge::fuzz {

using http::framing;
using http::head;

namespace {

bool token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
bool token(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), token_character);
}
/// RFC 9110, 5.5: no control characters but HTAB inside, no blanks at the ends.
bool field_value(std::string_view s) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  if (!s.empty() && (blank(s.front()) || blank(s.back()))) return false;
  return std::none_of(s.begin(), s.end(), [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f; });
}
bool inside(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}
std::string_view value_of(const head& h, std::string_view name) {
  const http::field* f = h.find(name);
  return f == nullptr ? std::string_view{} : f->value;
}

void claim_good_head(const head& h, std::string_view data, const http::limits& l) {
  claim(h.size > 0 && h.size <= data.size(), "a head is no longer than what came", data);
  const std::string_view text = data.substr(0, h.size);
  claim(h.size <= l.head, "a head keeps its limit", text);
  claim(text.ends_with("\r\n\r\n"), "a head ends in a blank line", text);
  claim(text.find("\r\n\r\n") + 4 == text.size(), "a head has no blank line before its end", text);
  claim(text.find('\0') == std::string_view::npos, "a head holds no NUL", text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') claim(i > 0 && text[i - 1] == '\r', "no line of a head ends in a bare LF", text);
    if (text[i] == '\r') claim(i + 1 < text.size() && text[i + 1] == '\n', "no CR stands alone in a head", text);
  }
  claim(h.minor <= 1, "a version is 1.0 or 1.1", text);
  for (const http::field& f : h.fields()) {
    claim(inside(f.name, text) && inside(f.value, text), "fields are views into the head", text);
    claim(token(f.name), "the name of a field is a token", text);
    claim(field_value(f.value), "the value of a field is one line without control characters, trimmed", text);
    claim(f.id == boost::beast::http::string_to_field({f.name.data(), f.name.size()}), "a field has its name's id",
          text);
  }
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  claim(h.fields().size() + 2 == lines, "each line of a head is one field, so nothing is folded or lost", text);
  const std::size_t lengths = count_of(h, "content-length"), codings = count_of(h, "transfer-encoding");
  claim(lengths + codings <= 1, "a head has one framing at most", text);
  if (codings == 1) {
    claim(h.minor == 1, "only HTTP/1.1 has chunks", text);
    claim(http::same_name(value_of(h, "transfer-encoding"), "chunked"), "chunked is the only coding", text);
  }
  if (h.body == framing::length) {
    claim(lengths == 1, "a body with a length has one Content-Length", text);
    std::string_view digits = value_of(h, "content-length");
    while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
    claim(fmt::format("{}", h.length) == digits, "the length is the one that is written", text);
  }
  claim((h.body == framing::chunked) <= (codings == 1), "chunks are announced", text);
}

}  // namespace

std::size_t count_of(const head& h, std::string_view lower_case_name) {
  return static_cast<std::size_t>(std::count_if(h.fields().begin(), h.fields().end(), [&](const http::field& f) {
    return http::same_name(f.name, lower_case_name);
  }));
}

void claim_good_request(const head& h, std::string_view data, const http::limits& l) {
  claim_good_head(h, data, l);
  const std::string_view text = data.substr(0, h.size);
  claim(token(h.method) && inside(h.method, text), "a method is a token in the head", text);
  claim(text.starts_with(h.method), "the method stands in front", text);
  claim(h.target == "/" || h.target == "*" || inside(h.target, text),
        "a target is a view into the head, or the / or * of an absolute one", text);
  claim(!h.target.empty() && h.target.size() <= l.target, "a target keeps its limit", text);
  claim(h.target.front() == '/' || h.target.front() == '?' || (h.target == "*" && h.method == "OPTIONS"),
        "a target is a path or the * of OPTIONS", text);
  claim(std::all_of(h.target.begin(), h.target.end(), [](char c) { return c > 0x20 && c < 0x7f; }),
        "a target is printable", text);
  claim(h.target.find_first_of("\"<>#\\^`") == std::string_view::npos, "no odd characters in a target", text);
  claim(h.method != "CONNECT", "CONNECT is not for us", text);
  const std::size_t hosts = count_of(h, "host");
  claim(hosts == 1 || (hosts == 0 && h.minor == 0), "HTTP/1.1 has one Host, HTTP/1.0 at most one", text);
  claim(inside(h.host, text), "the host is a view into the head", text);
  claim(h.host.find_first_of(" \t,/@?#\"<>\\") == std::string_view::npos, "the host is one host", text);
  claim(h.body != framing::until_close, "no request ends with its connection", text);
  if (count_of(h, "transfer-encoding") == 1) claim(h.body == framing::chunked, "the coding counts", text);
  if (count_of(h, "content-length") == 1) claim(h.body == framing::length, "the length counts", text);
  claim(h.keep_alive == (h.minor == 1 ? !h.connection_names("close") : h.connection_names("keep-alive")),
        "keep-alive is as Connection says", text);
}

void claim_good_response(const head& h, std::string_view data, const http::limits& l, bool to_head) {
  claim_good_head(h, data, l);
  const std::string_view text = data.substr(0, h.size);
  claim(text.starts_with(h.minor == 1 ? "HTTP/1.1 " : "HTTP/1.0 "), "the version stands in front", text);
  claim(h.status >= 100 && h.status <= 599, "a status is between 100 and 599", text);
  claim(text.substr(9, 3) == fmt::format("{}", h.status), "the status is the one that is written", text);
  claim(inside(h.reason, text), "the reason is a view into the head", text);
  claim(std::none_of(h.reason.begin(), h.reason.end(),
                     [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f; }),
        "a reason has no control characters", text);
  const bool bodyless = to_head || h.status < 200 || h.status == 204 || h.status == 304;
  claim((h.body == framing::none) == bodyless, "only answers to HEAD, 1xx, 204 and 304 have no body", text);
  if (bodyless) return;
  if (count_of(h, "transfer-encoding") == 1) {
    claim(h.body == framing::chunked, "the coding counts", text);
  } else if (count_of(h, "content-length") == 1) {
    claim(h.body == framing::length, "the length counts", text);
  } else {
    claim(h.body == framing::until_close && !h.keep_alive, "what has no framing ends with the connection", text);
  }
}

void claim_no_hop_by_hop(const head& outgoing, const head& incoming) {
  for (const std::string_view name : {"keep-alive", "proxy-connection", "te", "trailer", "upgrade", "http2-settings"}) {
    claim(count_of(outgoing, name) == 0, fmt::format("{} stays with its hop", name));
  }
  constexpr std::string_view ours[] = {"host",
                                       "via",
                                       "connection",
                                       "content-length",
                                       "transfer-encoding",
                                       "x-forwarded-for",
                                       "x-forwarded-proto",
                                       "x-forwarded-host",
                                       "x-request-id",
                                       "traceparent",
                                       "tracestate"};
  for (const http::field& f : outgoing.fields()) {
    if (!incoming.connection_names(f.name)) continue;
    const bool own = std::any_of(std::begin(ours), std::end(ours),
                                 [&](std::string_view name) { return http::same_name(f.name, name); });
    claim(own, "what Connection names stays with its hop", f.name);
  }
}

std::string meaning(const head& h, std::string_view but) {
  std::string out = fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", h.method, h.target, h.reason, h.host, h.status,
                                h.minor, static_cast<int>(h.body), h.length, h.keep_alive, h.expects_continue);
  for (const http::field& f : h.fields()) {
    if (but.empty() || !http::same_name(f.name, but))
      out += fmt::format("\n{}={}#{}", f.name, f.value, static_cast<unsigned>(f.id));
  }
  return out;
}

}  // namespace meshgauge::fuzz
