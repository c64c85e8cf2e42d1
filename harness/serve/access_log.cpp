#include "harness/serve/access_log.hpp"

#include <fmt/format.h>

#include <iterator>

#include "harness/serve/wall_clock.hpp"
#include "router/core/rng.hpp"
#include "router/discovery/endpoint_set.hpp"

namespace meshgauge::serve {
namespace {

/// Bytes above 126 come only from refused requests, in any encoding: escaped, so that a line is always JSON.
void append_text(std::string& out, std::string_view name, std::string_view text) {
  out.append(",\"").append(name).append("\":\"");
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 126) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(byte));
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

}  // namespace

bool in_sample(std::string_view request_id, double share) {
  if (share >= 1) return true;
  return static_cast<double>(hash_name(request_id) >> 11U) * 0x1.0p-53 < share;
}

bool failed(const discovery::request_record& r) {
  return r.status >= 500 || r.status == 499 || r.why != cause::none;
}

void append_line(std::string& out, const discovery::request_record& r, std::string_view instance,
                 std::int64_t ended_ms) {
  const duration took = r.end - r.begun;
  out.append("{\"time\":\"");
  append_timestamp(out, ended_ms - std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
  out += '"';
  append_text(out, "request", r.request_id);
  append_text(out, "method", r.method);
  append_text(out, "target", r.target);
  append_text(out, "service", r.service);
  append_text(out, "instance", instance);
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  fmt::format_to(std::back_inserter(out),
                 R"(,"status":{},"cause":"{}","attempts":{},"ms":{}.{:03}}})"
                 "\n",
                 r.status, name_of(r.why), r.attempts, us / 1000, us % 1000);
}

void access_log::attempted(const discovery::attempt_record& r) {
  if (r.instance == nullptr) return;
  tried_[std::string(r.request_id)] = r.instance->what().id;
}

void access_log::finished(const discovery::request_record& r) {
  std::string instance;
  if (r.attempts > 0) {
    if (auto known = tried_.extract(std::string(r.request_id))) instance = std::move(known.mapped());
  }
  if (mode_ == log_mode::sampled && !failed(r) && !in_sample(r.request_id, share_)) return;
  line_.clear();
  append_line(line_, r, instance, wall_milliseconds());
  to_.write(line_);
}

}  // namespace meshgauge::serve
