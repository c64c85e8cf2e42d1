#include "harness/serve/route_rule.hpp"

#include <fmt/format.h>

#include <array>

#include "router/registry/codec.hpp"
#include "scenarios/language/did_you_mean.hpp"

namespace meshgauge::serve {
namespace {

problem wrong(std::string text) {
  return {"wrong-form", std::move(text), {"a rule reads path=/pay,host=*.shop,header=X-A:yes,service=payment,strip"}};
}

}  // namespace

maybe_problem route_problem(const proxy::route& r) {
  if (const auto p = proxy::route_table::problem(r)) return problem{"wrong-form", *p};
  if (!r.header.empty() && !http::is_token(r.header))
    return problem{"wrong-form", fmt::format("\"{}\" is no name of a header", r.header)};
  if (r.service != "*" && !registry::valid_name(r.service))
    return problem{"wrong-form", fmt::format("\"{}\" is no name of a service", r.service)};
  return std::nullopt;
}

maybe_problem read_route(std::string_view text, proxy::route& to) {
  static const std::vector<std::string> keys{"path", "host", "header", "service", "strip"};
  proxy::route r;
  std::array<bool, 5> seen{};
  std::string_view rest = text;
  while (true) {
    const auto comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    const auto equals = part.find('=');
    const std::string_view key = part.substr(0, equals);
    const std::string_view value = equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    std::size_t which = 0;
    while (which < keys.size() && keys[which] != key) ++which;
    if (which == keys.size()) {
      problem p = wrong(fmt::format("a rule has no part \"{}\"", key));
      if (auto guess = language::guess(key, keys); !guess.empty()) p.notes = std::move(guess);
      return p;
    }
    if (seen[which]) return wrong(fmt::format("\"{}\" is given twice", key));
    seen[which] = true;
    const bool is_switch = key == "strip";
    if (is_switch && equals != std::string_view::npos) return wrong("\"strip\" takes no value");
    if (!is_switch && value.empty()) return wrong(fmt::format("\"{}\" needs a value behind \"=\"", key));
    if (key == "path") r.prefix = value;
    if (key == "host") r.host = value;
    if (key == "service") r.service = value;
    if (is_switch) r.strip = true;
    if (key == "header") {
      const auto colon = value.find(':');
      r.header = value.substr(0, colon);
      if (colon != std::string_view::npos) r.header_value = value.substr(colon + 1);
      if (colon != std::string_view::npos && r.header_value.empty())
        return wrong("\"header\" takes NAME or NAME:VALUE, but no value follows the colon");
    }
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  if (auto p = route_problem(r)) return p;
  to = std::move(r);
  return std::nullopt;
}

}  // namespace meshgauge::serve
