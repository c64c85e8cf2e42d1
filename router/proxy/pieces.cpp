#include "router/proxy/pieces.hpp"

#include <algorithm>

#include "router/http/text.hpp"

namespace meshgauge::proxy {
namespace {

using state = http::body_reader::state;

/// "1f4\r\n".
std::string_view chunk_line(std::size_t size, std::array<char, 18>& room) {
  static constexpr char digits[] = "0123456789abcdef";
  std::size_t begin = room.size();
  room[--begin] = '\n';
  room[--begin] = '\r';
  for (; size > 0; size /= 16) room[--begin] = digits[size % 16];
  return {room.data() + begin, room.size() - begin};
}

}  // namespace

bool may_trail(std::string_view name) {
  static constexpr std::array<std::string_view, 31> never{"age",
                                                          "authorization",
                                                          "cache-control",
                                                          "connection",
                                                          "content-encoding",
                                                          "content-length",
                                                          "content-location",
                                                          "content-range",
                                                          "content-type",
                                                          "cookie",
                                                          "date",
                                                          "expect",
                                                          "expires",
                                                          "forwarded",
                                                          "host",
                                                          "keep-alive",
                                                          "location",
                                                          "max-forwards",
                                                          "proxy-authenticate",
                                                          "proxy-authorization",
                                                          "proxy-connection",
                                                          "proxy-status",
                                                          "range",
                                                          "set-cookie",
                                                          "te",
                                                          "trailer",
                                                          "transfer-encoding",
                                                          "upgrade",
                                                          "vary",
                                                          "via",
                                                          "www-authenticate"};
  return std::find(never.begin(), never.end(), name) == never.end() && !name.starts_with("x-forwarded-") &&
         !name.starts_with("if-") && name != "x-request-id" && name != "traceparent" && name != "tracestate";
}

void pieces::keep_trailer(std::string_view line) {
  const auto colon = line.find(':');
  if (line.empty() || colon == std::string_view::npos || !http::safe_text(line)) return;
  const std::string_view name = line.substr(0, colon);
  const bool wanted = std::any_of(allowed_.begin(), allowed_.end(), [&](const std::string& allowed) {
    return http::same_name(name, allowed) && may_trail(allowed);
  });
  if (wanted) trailers_.append(line).append("\r\n");
}

bool pieces::gather(std::string_view data) {
  count_ = payload_ = consumed_ = 0;
  ending_ = false;
  const bool begun_done = body_.done();
  while (!body_.done() && count_ < most) {
    const auto step = body_.next(data.substr(consumed_));
    if (step.now == state::bad) return false;
    if (!step.trailer.empty() && !allowed_.empty()) keep_trailer(step.trailer);
    if (!step.payload.empty()) {
      parts_[count_++] = step.payload;
      payload_ += step.payload.size();
    }
    consumed_ += step.consumed;
    if (step.consumed == 0) break;
  }
  ending_ = chunked_ && body_.done() && !begun_done;
  return true;
}

bool pieces::end_of_stream() {
  count_ = payload_ = consumed_ = 0;
  if (body_.done() || !body_.ends_here()) return false;
  ending_ = chunked_;
  return true;
}

net::buffers pieces::buffers(std::string_view head) {
  std::size_t n = 0;
  if (!head.empty()) out_[n++] = net::buffer_of(head);
  if (chunked_ && payload_ > 0) out_[n++] = net::buffer_of(chunk_line(payload_, chunk_line_));
  for (std::size_t i = 0; i < count_; ++i) out_[n++] = net::buffer_of(parts_[i]);
  if (chunked_ && payload_ > 0) out_[n++] = net::buffer_of("\r\n");
  if (ending_) {
    out_[n++] = net::buffer_of("0\r\n");
    if (!trailers_.empty()) out_[n++] = net::buffer_of(trailers_);
    out_[n++] = net::buffer_of("\r\n");
  }
  return {out_.data(), n};
}

}  // namespace meshgauge::proxy
