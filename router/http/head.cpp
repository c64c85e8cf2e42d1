#include "router/http/head.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>
#include <charconv>

#include "router/http/plain_head.hpp"

namespace meshgauge::http {

namespace beast = boost::beast;
using beast::error_code;

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::string_view view(beast::string_view s) {
  return {s.data(), s.size()};
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

bool target_character(char c) {
  return c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '#' && c != '\\' && c != '^' && c != '`';
}

bool digit(char c) {
  return c >= '0' && c <= '9';
}

/// Beast joins a value that goes on in the next line, and takes the place of the first part when that is empty.
bool folded(std::string_view head) {
  for (auto at = head.find('\n'); at + 1 < head.size(); at = head.find('\n', at + 1)) {
    if (head[at + 1] == ' ' || head[at + 1] == '\t') return true;
  }
  return false;
}

/// The request line alone, as strictly as RFC 9112, 3 has it. Beast's verdict about one depends on how much of it is
/// there already, so it sees none that has not passed here.
verdict check_request_line(std::string_view data, const limits& l) {
  const auto end = data.find('\n');
  const bool whole = end != std::string_view::npos;
  if (whole && (end == 0 || data[end - 1] != '\r')) return verdict::malformed;
  std::string_view rest = data.substr(0, whole ? end - 1 : data.size());
  if (!whole && rest.ends_with('\r')) rest.remove_suffix(1);
  const verdict so_far = whole ? verdict::malformed : verdict::incomplete;

  const auto method_end = std::find_if_not(rest.begin(), rest.end(), token_character);
  const auto method = static_cast<std::size_t>(method_end - rest.begin());
  if (method == rest.size()) return so_far;
  if (method == 0 || rest[method] != ' ') return verdict::malformed;
  rest.remove_prefix(method + 1);

  const auto target_end = std::find_if_not(rest.begin(), rest.end(), target_character);
  const auto target = static_cast<std::size_t>(target_end - rest.begin());
  if (target > l.target) return verdict::target_too_long;
  if (target == rest.size()) return so_far;
  if (target == 0 || rest[target] != ' ') return verdict::malformed;
  rest.remove_prefix(target + 1);

  if (!whole) return rest.size() > 8 ? verdict::malformed : verdict::incomplete;
  if (rest.size() != 8 || !same_name(rest.substr(0, 5), "http/") || !digit(rest[5]) || rest[6] != '.' ||
      !digit(rest[7]))
    return verdict::malformed;
  return rest == "HTTP/1.1" || rest == "HTTP/1.0" ? verdict::complete : verdict::bad_version;
}

bool host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == ':' || c == '[' || c == ']' || c == '%' || c == '~';
}

verdict verdict_of(const error_code& ec) {
  using beast::http::error;
  if (ec == error::need_more) return verdict::incomplete;
  if (ec == error::header_limit || ec == error::buffer_overflow) return verdict::head_too_large;
  if (ec == error::bad_version) return verdict::bad_version;
  if (ec == error::bad_content_length || ec == error::bad_transfer_encoding) return verdict::bad_framing;
  return verdict::malformed;
}

}  // namespace

/// Fills a head from Beast's callbacks. The base class of Beast is not movable and has virtual functions of its own for
/// bodies, which never run: parsing ends with the head.
class head_parser {
 public:
  template <bool IsRequest>
  class driver final : public beast::http::basic_parser<IsRequest> {
   public:
    driver(const limits& l, head& out) : out_(out) {
      this->header_limit(static_cast<std::uint32_t>(l.head));
      this->body_limit(boost::none);
      this->eager(false);
    }
    verdict problem = verdict::complete;
    unsigned hosts = 0, lengths = 0, codings = 0;
    bool unknown_coding = false;

   private:
    void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int version,
                         error_code&) override {
      out_.method = view(method);
      out_.target = view(target);
      out_.minor = version == 10 ? 0 : 1;
    }
    void on_response_impl(int code, beast::string_view reason, int version, error_code& ec) override {
      out_.status = static_cast<unsigned>(code);
      out_.reason = view(reason);
      out_.minor = version == 10 ? 0 : 1;
      if (code < 100 || code > 599) refuse(verdict::malformed, ec);
    }
    void on_field_impl(beast::http::field id, beast::string_view name, beast::string_view value,
                       error_code& ec) override {
      if (out_.count_ == head::fields_max) return refuse(verdict::head_too_large, ec);
      out_.fields_[out_.count_++] = {id, view(name), view(value)};
      switch (id) {
        case field_id::host:
          ++hosts;
          out_.host = view(value);
          break;
        case field_id::content_length: {
          ++lengths;
          out_.body = framing::length;
          const auto [end, bad] = std::from_chars(value.data(), value.data() + value.size(), out_.length);
          if (bad != std::errc{} || end != value.data() + value.size()) refuse(verdict::bad_framing, ec);
          break;
        }
        case field_id::transfer_encoding:
          ++codings;
          unknown_coding |= !same_name(view(value), "chunked");
          break;
        case field_id::expect:
          out_.expects_continue = same_name(view(value), "100-continue");
          break;
        default:
          break;
      }
    }
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
    std::size_t on_body_impl(beast::string_view, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, error_code&) override { return 0; }
    void on_finish_impl(error_code&) override {}

    void refuse(verdict v, error_code& ec) {
      problem = v;
      ec = beast::http::error::bad_value;
    }

    head& out_;
  };

  template <bool IsRequest>
  static verdict run(std::string_view data, const limits& l, head& out, unsigned& hosts) {
    out.method = out.target = out.reason = out.host = {};
    out.status = 0;
    out.body = framing::none;
    out.length = 0;
    out.expects_continue = false;
    out.count_ = 0;
    driver<IsRequest> parser(l, out);
    error_code ec;
    out.size = parser.put(boost::asio::const_buffer(data.data(), data.size()), ec);
    if (parser.problem != verdict::complete) return parser.problem;
    // Beast would wait for another byte to see that this empty line ends in a bare LF.
    if (!parser.is_header_done() && data.ends_with("\r\n\n")) return verdict::malformed;
    if (ec) {
      const verdict v = verdict_of(ec);
      return v == verdict::incomplete && data.size() >= l.head ? verdict::head_too_large : v;
    }
    if (!parser.is_header_done()) return verdict::incomplete;
    if (out.size > l.head) return verdict::head_too_large;  // Beast does not count line ends
    if (folded(data.substr(0, out.size))) return verdict::malformed;
    hosts = parser.hosts;
    // Exactly one framing.
    if (parser.lengths > 1 || (parser.codings > 0 && parser.lengths > 0)) return verdict::bad_framing;
    if (parser.unknown_coding) return verdict::unknown_coding;
    if (parser.codings > 1) return verdict::bad_framing;
    if (parser.codings == 1) {
      if (out.minor == 0) return verdict::bad_framing;
      out.body = framing::chunked;
    }
    out.keep_alive = out.minor == 1 ? !out.connection_names("close") : out.connection_names("keep-alive");
    return verdict::complete;
  }
};

namespace {

/// origin-form, absolute-form of http, or `*` for OPTIONS; an absolute target's authority beats Host.
bool good_target(head& h) {
  std::string_view t = h.target;
  if (!std::all_of(t.begin(), t.end(), target_character)) return false;
  if (t == "*") return h.method == "OPTIONS";
  if (t.starts_with('/')) return h.method != "CONNECT";
  constexpr std::string_view scheme = "http://";
  if (t.size() <= scheme.size() || !same_name(t.substr(0, scheme.size()), scheme) || h.method == "CONNECT")
    return false;
  t.remove_prefix(scheme.size());
  const auto end = t.find_first_of("/?");
  const std::string_view authority = t.substr(0, end);
  if (authority.empty() || authority.find('@') != std::string_view::npos) return false;
  h.host = authority;
  h.target = end != std::string_view::npos ? t.substr(end) : h.method == "OPTIONS" ? "*" : "/";  // RFC 9112, 3.2.4
  if (h.target == "*") return true;
  return h.target.front() == '/' || h.target.front() == '?';
}

}  // namespace

verdict parse_request(std::string_view data, const limits& l, head& out) {
  if (plain_head::request(data, l, out)) {
    return std::all_of(out.host.begin(), out.host.end(), host_character) ? verdict::complete : verdict::malformed;
  }
  if (data == "\r") return verdict::incomplete;  // half of an empty line before the request, which is skipped
  if (const verdict v = check_request_line(data, l); v != verdict::complete) {
    return v == verdict::incomplete && data.size() >= l.head ? verdict::head_too_large : v;
  }
  unsigned hosts = 0;
  const verdict v = head_parser::run<true>(data, l, out, hosts);
  if (v != verdict::complete) return v;
  if (hosts > 1 || (hosts == 0 && out.minor == 1)) return verdict::malformed;
  const auto good_host = [&] { return std::all_of(out.host.begin(), out.host.end(), host_character); };
  // Host must be good even where an absolute target takes its place.
  return good_host() && good_target(out) && good_host() ? verdict::complete : verdict::malformed;
}

verdict parse_response(std::string_view data, const limits& l, bool to_head, head& out) {
  unsigned hosts = 0;
  const verdict v =
      plain_head::response(data, l, out) ? verdict::complete : head_parser::run<false>(data, l, out, hosts);
  if (v != verdict::complete) return v == verdict::unknown_coding || v == verdict::bad_version ? verdict::malformed : v;
  if (to_head || out.status < 200 || out.status == 204 || out.status == 304) {
    out.body = framing::none;
  } else if (out.body == framing::none) {
    out.body = framing::until_close;
    out.keep_alive = false;
  }
  return verdict::complete;
}

const field* head::find(field_id id) const {
  for (const field& f : fields()) {
    if (f.id == id) return &f;
  }
  return nullptr;
}

const field* head::find(std::string_view lower_case_name) const {
  for (const field& f : fields()) {
    if (same_name(f.name, lower_case_name)) return &f;
  }
  return nullptr;
}

bool head::lists(field_id id, std::string_view element) const {
  for (const field& f : fields()) {
    if (f.id != id) continue;
    for (std::string_view rest = f.value; !rest.empty();) {
      const auto comma = rest.find(',');
      if (same_name(trimmed(rest.substr(0, comma)), element)) return true;
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
  }
  return false;
}

unsigned status_of(verdict v) {
  switch (v) {
    case verdict::bad_version:
      return 505;
    case verdict::unknown_coding:
      return 501;
    case verdict::head_too_large:
      return 431;
    case verdict::target_too_long:
      return 414;
    default:
      return 400;
  }
}

std::string_view name_of(verdict v) {
  switch (v) {
    case verdict::complete:
      return "complete";
    case verdict::incomplete:
      return "incomplete";
    case verdict::malformed:
      return "malformed";
    case verdict::bad_framing:
      return "bad-framing";
    case verdict::bad_version:
      return "bad-version";
    case verdict::unknown_coding:
      return "unknown-coding";
    case verdict::head_too_large:
      return "head-too-large";
    case verdict::target_too_long:
      return "target-too-long";
  }
  return "unknown";
}

bool idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" || method == "OPTIONS" ||
         method == "TRACE";
}

bool token_character(char c) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         marks.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), token_character);
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view reason_of(unsigned status) {
  const auto code = beast::http::int_to_status(status);
  return code == beast::http::status::unknown ? std::string_view() : view(beast::http::obsolete_reason(code));
}

}  // namespace meshgauge::http
