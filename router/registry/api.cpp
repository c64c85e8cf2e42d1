#include "router/registry/api.hpp"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "router/registry/codec.hpp"
#include "router/registry/duration_text.hpp"

namespace meshgauge::registry {
namespace {

text_ptr shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

reply done(unsigned status, std::string body) {
  return {status, shared(std::move(body)), {}, {}};
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Broken escapes stay as they are; the name check then refuses the '%'.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto end = std::min(path.find('/'), path.size());
    out.push_back(unescaped(path.substr(0, end)));
    path.remove_prefix(end);
  }
  return out;
}

struct query {
  position from;
  std::string client;
  duration wait{};
  std::string complaint;
};

query parse_query(std::string_view text) {
  query out;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    const auto key = pair.substr(0, equals);
    const auto value = unescaped(pair.substr(std::min(equals + 1, pair.size())));
    if (key == "wait") {
      const auto wait = parse_duration(value, wait_max);
      if (!wait) out.complaint = fmt::format("wait: expected a duration such as 30s, at most 10m, got '{}'", value);
      out.wait = wait.value_or(duration());
    } else if (key == "index") {
      std::uint64_t index = 0;
      const auto [rest, ec] = std::from_chars(value.data(), value.data() + value.size(), index);
      if (ec != std::errc() || rest != value.data() + value.size())
        out.complaint = fmt::format("index: expected a whole number, got '{}'", value);
      out.from.index = index;
    } else if (key == "epoch") {
      out.from.epoch = value;
    } else if (key == "client") {
      out.client = value.substr(0, limits::name);
    }
  }
  return out;
}

std::variant<reply, long_poll> read(directory& of, const std::string& service, std::string_view text, instant now) {
  auto query = parse_query(text);
  if (!query.complaint.empty()) return error_reply(400, query.complaint);
  if (query.wait > duration::zero() && of.knows_all(service, query.from, now))
    return long_poll{service, *query.from.index, std::move(query.client), query.wait};
  auto answer = of.read(service, query.from, now);
  return reply{200, std::move(answer.body), answer.revision, {}};
}

reply unknown_instance(const std::string& service, const std::string& id) {
  return error_reply(404, fmt::format("{}/{} is not registered", service, id));
}

reply put(directory& of, const std::string& service, const std::string& id, std::string_view body, instant now) {
  auto what = decode_instance(body, service, id);
  if (!what) return error_reply(body.size() > limits::instance_bytes ? 413 : 400, what.error().text);
  const auto result = of.put(std::move(*what), now);
  return {
      result == lease_table::put_result::created ? 201u : 200u, shared(encode(*of.table().get(service, id))), {}, {}};
}

reply set_status(directory& of, const std::string& service, const std::string& id, std::string_view body, instant now) {
  const auto to = decode_status(body);
  if (!to) return error_reply(400, to.error().text);
  return of.set_status(service, id, *to, now) ? done(200, "{}") : unknown_instance(service, id);
}

std::string service_names(directory& of, instant now) {
  std::string out = "{\"services\":{";
  for (const auto& [name, count] : of.services(now)) {
    if (out.back() != '{') out += ',';
    append_json_string(out, name);
    out += fmt::format(":{}", count);
  }
  return out + "}}";
}

reply not_allowed(std::string_view allow) {
  auto out = error_reply(405, fmt::format("allowed here: {}", allow));
  out.allow = allow;
  return out;
}

/// Below /v1/services/{service}/instances/{id}.
reply instance_call(directory& of, std::string_view method, const std::vector<std::string>& path, std::string_view body,
                    instant now) {
  const auto& service = path[2];
  const auto& id = path[4];
  if (path.size() == 6 && path[5] == "heartbeat") {
    if (method != "PUT") return not_allowed("PUT");
    return of.heartbeat(service, id, now) ? done(200, "{}") : unknown_instance(service, id);
  }
  if (path.size() == 6 && path[5] == "status")
    return method == "PUT" ? set_status(of, service, id, body, now) : not_allowed("PUT");
  if (path.size() != 5) return error_reply(404, "no such resource");
  if (method == "PUT") return put(of, service, id, body, now);
  if (method == "DELETE") return of.remove(service, id, now) ? done(200, "{}") : unknown_instance(service, id);
  if (method != "GET") return not_allowed("GET, PUT, DELETE");
  const auto what = of.table().get(service, id);
  return what != nullptr ? done(200, encode(*what)) : unknown_instance(service, id);
}

}  // namespace

reply error_reply(unsigned status, std::string_view text) {
  return done(status, encode_error(text));
}

std::variant<reply, long_poll> handle(directory& of, std::string_view method, std::string_view target,
                                      std::string_view body, instant now) {
  const auto mark = std::min(target.find('?'), target.size());
  const auto query = target.substr(std::min(mark + 1, target.size()));
  if (target.empty() || target[0] != '/') return error_reply(400, "expected a path");
  const auto path = segments(target.substr(0, mark));

  if (path.size() == 1 && path[0] == "healthz") return method == "GET" ? done(200, "{}") : not_allowed("GET");
  if (path.size() < 2 || path[0] != "v1") return error_reply(404, "no such resource");
  if (path.size() == 2 && path[1] == "instances")
    return method == "GET" ? read(of, "", query, now) : not_allowed("GET");
  if (path[1] != "services") return error_reply(404, "no such resource");
  if (path.size() == 2) return method == "GET" ? done(200, service_names(of, now)) : not_allowed("GET");
  if (path.size() < 4 || path[3] != "instances") return error_reply(404, "no such resource");
  if (!valid_name(path[2]))
    return error_reply(400, fmt::format("service: expected 1 to {} letters, digits and -_.~:@", limits::name));
  if (path.size() > 4 && !valid_id(path[4]))
    return error_reply(400, fmt::format("id: expected 1 to {} letters, digits and -_.~:@/+", limits::name));
  if (path.size() == 4) return method == "GET" ? read(of, path[2], query, now) : not_allowed("GET");
  return instance_call(of, method, path, body, now);
}

}  // namespace meshgauge::registry
