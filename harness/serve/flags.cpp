#include "harness/serve/flags.hpp"

#include <fmt/format.h>

#include <set>

#include "harness/serve/config_file.hpp"
#include "harness/serve/route_rule.hpp"
#include "harness/serve/settings.hpp"

namespace meshgauge::serve {
namespace {

std::string complaint(std::string_view flag, const problem& p) {
  std::string out = fmt::format("meshgauge serve: --{}: {}\n", flag, p.text);
  for (const std::string& note : p.notes) out += fmt::format("     = {}\n", note);
  return out;
}

void set_instances(config& c, const std::vector<std::string>& all, std::string& complaints) {
  std::set<std::string> replaced;
  for (const std::string& text : all) {
    const auto equals = text.find('=');
    const std::string name = text.substr(0, equals);
    net::endpoint at;
    maybe_problem p = equals == std::string::npos
                          ? problem{"wrong-form", fmt::format("NAME=HOST:PORT is expected, but here is \"{}\"", text)}
                          : service_problem(name);
    if (!p) p = read_instance(std::string_view(text).substr(equals + 1), at);
    if (p) {
      complaints += complaint("instance", *p);
      continue;
    }
    auto& list = c.instances[name];
    if (replaced.insert(name).second) list.clear();
    list.push_back(at);
  }
}

void set_names(std::string_view flag, const std::vector<std::string>& all, std::vector<std::string>& to,
               std::string& complaints) {
  if (all.empty()) return;
  to.clear();
  if (all.size() == 1 && all[0] == "none") return;
  for (const std::string& name : all) {
    if (!http::is_token(name)) {
      complaints += complaint(flag, {"name-form", fmt::format("\"{}\" is no name that HTTP allows here", name)});
    } else {
      to.push_back(lower_case(name));
    }
  }
}

}  // namespace

configured configure(const flags& f) {
  configured out;
  config c;
  if (!f.config_file.empty()) out.complaints += language::report(read_config(f.config_file, c));
  for (const auto& [name, value] : f.settings) {
    // One of the two on the command line takes the place of the other in the file.
    if (name == "registry") c.use_registry.reset();
    if (name == "use-registry") c.registry.reset();
  }
  for (const auto& [name, value] : f.settings) {
    if (const auto p = find_setting(name)->read(c, value)) out.complaints += complaint(name, *p);
  }
  if (!f.instances_file.empty()) out.complaints += language::report(read_instances(f.instances_file, c));
  set_instances(c, f.instances, out.complaints);
  if (!f.routes.empty()) c.routes.clear();
  for (const std::string& text : f.routes) {
    proxy::route r;
    if (const auto p = read_route(text, r)) {
      out.complaints += complaint("route", *p);
    } else {
      c.routes.push_back(std::move(r));
    }
  }
  set_names("upgrade", f.upgrades, c.router.upgrades, out.complaints);
  set_names("trailer", f.trailers, c.router.trailers, out.complaints);
  if (out.complaints.empty()) {
    if (const auto wrong = contradiction(c)) out.complaints = fmt::format("meshgauge serve: {}\n", *wrong);
  }
  if (out.complaints.empty()) out.value = std::move(c);
  return out;
}

}  // namespace meshgauge::serve
