#include <nlohmann/json.hpp>

#include "scenarios/language/keys.hpp"
#include "scenarios/language/pages.hpp"

namespace meshgauge::language {
namespace {

using json = nlohmann::ordered_json;

constexpr const char* name_pattern = "^[a-z0-9_-]+$|\\$\\{";

/// A text by pattern, or anything that uses a parameter.
json pattern(const std::string& p) {
  return {{"type", "string"}, {"pattern", p + "|\\$\\{"}};
}

json words(std::vector<std::string> w) {
  return {{"enum", std::move(w)}};
}

json either(json a, json b) {
  return {{"anyOf", json::array({std::move(a), std::move(b)})}};
}

json whole(const key& k) {
  return either({{"type", "integer"}, {"minimum", k.least}, {"maximum", k.most}},
                {{"type", "string"}, {"pattern", "\\$\\{"}});
}

json ref(std::string_view child) {
  return {{"$ref", "#/definitions/" + std::string(child)}};
}

json value_of(const key& k) {
  static const std::string number = "[0-9]+(\\.[0-9]+)?", time = number + "(us|ms|s|m|h)";
  switch (k.what) {
    case holds::name:
      return pattern("^[a-z0-9_-]+$");
    case holds::path:
      return pattern("^/");
    case holds::health:
      return pattern("^/|^none$");
    case holds::flag:
      return either({{"type", "boolean"}}, {{"type", "string"}, {"pattern", "\\$\\{"}});
    case holds::on_off:
      return words({"on", "off"});
    case holds::engine:
      return words({"sim", "live"});
    case holds::restart:
      return words({"empty", "restored"});
    case holds::rule:
      return words({"every", "median", "ci"});
    case holds::severity:
      return words({"fail", "warn"});
    case holds::count:
      return whole(k);
    case holds::places:
      return either(whole(k), words({"unlimited"}));
    case holds::number:
      return either({{"type", "number"}, {"minimum", k.least}}, {{"type", "string"}, {"pattern", "\\$\\{"}});
    case holds::time:
      return pattern("^" + time + "$");
    case holds::share:
      return pattern("^" + number + "%$");
    case holds::factor:
      return pattern("^" + number + "x$");
    case holds::bandwidth:
      return pattern("^" + number + "(B|KiB|MiB|GiB)/s$|^unlimited$");
    case holds::distribution:
      return pattern("^" + time + "$|^(constant|uniform|exponential|lognormal)\\(");
    case holds::arrivals:
      return pattern("^(poisson|constant|closed)\\(");
    case holds::pace:
      return pattern("^" + number + "x$|^(poisson|constant|closed)\\(");
    case holds::detail:
      return {{"type", json::array({"integer", "string"})}};
    case holds::steps:
    case holds::phases:
      return {{"type", "array"}, {"items", {{"type", "string"}}}};
    case holds::texts:
      return {{"type", "object"}, {"additionalProperties", {{"type", json::array({"string", "number", "boolean"})}}}};
    case holds::object:
      return ref(k.child);
    case holds::map:
      return {
          {"type", "object"}, {"propertyNames", {{"pattern", name_pattern}}}, {"additionalProperties", ref(k.child)}};
    case holds::list:
      return {{"type", "array"}, {"items", ref(k.child)}};
    case holds::expectations:
      return {{"type", "array"}, {"items", either({{"type", "string"}}, ref(k.child))}};
    default:
      return {{"type", "string"}};
  }
}

json object_of(std::string_view where) {
  json properties = json::object(), required = json::array();
  for (const key* k : keys_of(where)) {
    json v = value_of(*k);
    v["description"] =
        k->standard.empty() ? std::string(k->doc) : std::string(k->doc) + " Default: " + std::string(k->standard) + ".";
    properties[std::string(k->name)] = std::move(v);
    if (k->required) required.push_back(k->name);
  }
  json result{{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
  if (!required.empty()) result["required"] = std::move(required);
  return result;
}

}  // namespace

std::string json_schema() {
  json schema{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", "meshgauge scenario"}};
  schema.update(object_of("scenario"));
  for (std::string_view where : places()) {
    if (where != "scenario") schema["definitions"][std::string(where)] = object_of(where);
  }
  return schema.dump(2) + "\n";
}

}  // namespace meshgauge::language
