#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <nlohmann/json.hpp>

#include "router/registry/codec.hpp"
#include "router/registry/duration_text.hpp"

namespace meshgauge::registry {
namespace {

using json = nlohmann::json;

/// The deepest nesting of a text, without building anything. Counts brackets outside strings; broken texts may be
/// counted wrongly, which the parser then finds.
bool too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > limits::depth) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

/// One text being read: collects the first complaint, after which every question gives a harmless answer.
class reader {
 public:
  bool ok() const { return complaint_.empty(); }
  bad_input complaint() const { return {complaint_}; }

  void complain(const std::string& where, std::string_view expected, std::string_view got) {
    if (ok()) complaint_ = fmt::format("{}: expected {}, got {}", where.empty() ? "body" : where, expected, got);
  }

  json parse(std::string_view text, std::size_t bytes_max) {
    if (text.size() > bytes_max) {
      complain("", fmt::format("at most {} bytes", bytes_max), fmt::to_string(text.size()));
    } else if (too_deep(text)) {
      complain("", fmt::format("at most {} levels", limits::depth), "more");
    } else {
      auto out = json::parse(text, nullptr, false);
      if (!out.is_discarded()) return out;
      complain("", "JSON", text.empty() ? "nothing" : "something else");
    }
    return nullptr;
  }

  /// The member of an object; null when it is not there or null.
  const json* member(const json& of, const char* key) {
    const auto at = of.find(key);
    return at == of.end() || at->is_null() ? nullptr : &*at;
  }
  const json* required(const json& of, const char* key, const std::string& where, std::string_view expected) {
    const auto* found = member(of, key);
    if (found == nullptr) complain(below(where, key), expected, "nothing");
    return found;
  }
  bool is_object(const json& value, const std::string& where) {
    if (!value.is_object()) complain(where, "an object", value.type_name());
    return value.is_object();
  }

  std::string text(const json& value, const std::string& where, std::size_t bytes_max) {
    if (!value.is_string()) {
      complain(where, "a string", value.type_name());
      return {};
    }
    const auto& out = value.get_ref<const std::string&>();
    if (out.size() <= bytes_max) return out;
    complain(where, fmt::format("at most {} bytes", bytes_max), fmt::to_string(out.size()));
    return {};
  }
  std::string name(const json& value, const std::string& where) {
    auto out = text(value, where, limits::name);
    if (ok() && !valid_name(out)) complain(where, "letters, digits and -_.~:@", fmt::format("'{}'", out));
    return out;
  }
  std::string id(const json& value, const std::string& where) {
    auto out = text(value, where, limits::name);
    if (ok() && !valid_id(out)) complain(where, "letters, digits and -_.~:@/+", fmt::format("'{}'", out));
    return out;
  }
  std::uint64_t whole(const json& value, const std::string& where, std::uint64_t low, std::uint64_t high) {
    if (value.is_number_unsigned() && value.get<std::uint64_t>() >= low && value.get<std::uint64_t>() <= high)
      return value.get<std::uint64_t>();
    complain(where, fmt::format("a whole number from {} to {}", low, high),
             value.is_number() ? value.dump() : value.type_name());
    return low;
  }
  registry::status status(const json& value, const std::string& where) {
    const auto word = text(value, where, limits::name);
    const auto out = status_named(word);
    if (!out) complain(where, "UP, STARTING, DRAINING, DOWN or OUT_OF_SERVICE", fmt::format("'{}'", word));
    return out.value_or(status::up);
  }

  static std::string below(const std::string& where, std::string_view key) {
    return where.empty() ? std::string(key) : fmt::format("{}.{}", where, key);
  }

  instance whole_instance(const json& value, const std::string& where, instance out) {
    if (!is_object(value, where)) return out;
    if (const auto* v = required(value, "address", where, "an IP address")) {
      out.address = text(*v, below(where, "address"), limits::name);
      // No names: a look-up would hide a second discovery with its own cache behind this one.
      boost::system::error_code ec;
      boost::asio::ip::make_address(out.address, ec);
      if (ok() && ec) complain(below(where, "address"), "an IP address", fmt::format("'{}'", out.address));
    }
    if (const auto* v = required(value, "port", where, "a whole number from 1 to 65535"))
      out.port = static_cast<std::uint16_t>(whole(*v, below(where, "port"), 1, 65535));
    if (const auto* v = member(value, "status")) out.status = status(*v, below(where, "status"));
    if (const auto* v = member(value, "weight")) out.weight = weight(*v, below(where, "weight"));
    if (const auto* v = member(value, "zone")) out.zone = text(*v, below(where, "zone"), limits::name);
    if (const auto* v = member(value, "version")) out.version = text(*v, below(where, "version"), limits::name);
    if (const auto* v = member(value, "metadata")) metadata(*v, below(where, "metadata"), out);
    if (const auto* v = member(value, "ttl")) out.ttl = ttl(*v, below(where, "ttl"));
    return out;
  }

  service_list list_of(const json& instances, const std::string& where, std::string service, std::uint64_t revision) {
    service_list out{std::move(service), revision, {}};
    if (!instances.is_array()) {
      complain(where, "an array", instances.type_name());
      return out;
    }
    out.instances.reserve(instances.size());
    for (std::size_t i = 0; i < instances.size() && ok(); ++i) {
      const auto here = fmt::format("{}[{}]", where, i);
      instance what;
      what.service = out.service;
      if (!is_object(instances[i], here)) break;
      if (const auto* v = required(instances[i], "id", here, "a name")) what.id = id(*v, below(here, "id"));
      out.instances.push_back(std::make_shared<const instance>(whole_instance(instances[i], here, std::move(what))));
    }
    const auto by_id = [](const instance_ptr& a, const instance_ptr& b) { return a->id < b->id; };
    std::sort(out.instances.begin(), out.instances.end(), by_id);
    const auto twin = std::adjacent_find(out.instances.begin(), out.instances.end(),
                                         [](const auto& a, const auto& b) { return a->id == b->id; });
    if (ok() && twin != out.instances.end()) complain(where, "different ids", fmt::format("'{}' twice", (*twin)->id));
    return out;
  }

 private:
  double weight(const json& value, const std::string& where) {
    if (value.is_number()) {
      const auto out = value.get<double>();
      if (out > 0 && out <= limits::weight) return out;
    }
    complain(where, "a number above 0, at most 1000000", value.is_number() ? value.dump() : value.type_name());
    return 1;
  }
  duration ttl(const json& value, const std::string& where) {
    const auto out =
        value.is_string() ? parse_duration(value.get_ref<const std::string&>(), limits::ttl) : std::nullopt;
    if (out && *out > duration::zero()) return *out;
    complain(where, "a duration such as \"15s\", at most 24h",
             value.is_string() ? value.dump(-1, ' ', false, json::error_handler_t::replace).substr(0, 40)
                               : value.type_name());
    return {};
  }
  void metadata(const json& value, const std::string& where, instance& out) {
    if (!is_object(value, where)) return;
    if (value.size() > limits::metadata_entries)
      complain(where, fmt::format("at most {} entries", limits::metadata_entries), fmt::to_string(value.size()));
    for (auto at = value.begin(); at != value.end() && ok(); ++at) {
      if (at.key().empty() || at.key().size() > limits::name)
        complain(where, fmt::format("keys of 1 to {} bytes", limits::name), fmt::to_string(at.key().size()));
      else
        out.metadata.emplace(at.key(), text(at.value(), below(where, at.key()), limits::metadata_value));
    }
  }

  std::string complaint_;
};

}  // namespace

namespace {
bool made_of(std::string_view text, std::string_view others) {
  return !text.empty() && text.size() <= limits::name && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), [others](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  others.find(c) != std::string_view::npos;
         });
}
}  // namespace

bool valid_name(std::string_view name) {
  return made_of(name, "-_.~:@");
}
bool valid_id(std::string_view id) {
  return made_of(id, "-_.~:@/+");
}

std::string path_segment(std::string_view id) {
  std::string out;
  for (const char c : id) {
    if (c == '/')
      out += "%2F";
    else
      out += c;
  }
  return out;
}

decoded<instance> decode_instance(std::string_view text, std::string_view service, std::string_view id) {
  reader r;
  const auto value = r.parse(text, limits::instance_bytes);
  instance out;
  out.service = service;
  out.id = id;
  if (r.ok()) out = r.whole_instance(value, "", std::move(out));
  if (!r.ok()) return r.complaint();
  return out;
}

decoded<status> decode_status(std::string_view text) {
  reader r;
  const auto value = r.parse(text, limits::instance_bytes);
  auto out = status::up;
  if (r.ok() && r.is_object(value, ""))
    if (const auto* v = r.required(value, "status", "", "UP, STARTING, DRAINING, DOWN or OUT_OF_SERVICE"))
      out = r.status(*v, "status");
  if (!r.ok()) return r.complaint();
  return out;
}

decoded<decoded_list> decode_list(std::string_view text) {
  reader r;
  const auto value = r.parse(text, limits::list_bytes);
  decoded_list out;
  if (r.ok() && r.is_object(value, "")) {
    if (const auto* v = r.member(value, "epoch")) out.epoch = r.text(*v, "epoch", limits::name);
    if (const auto* v = r.required(value, "service", "", "a name")) out.list.service = r.name(*v, "service");
    if (const auto* v = r.required(value, "revision", "", "a whole number"))
      out.list.revision = r.whole(*v, "revision", 0, UINT64_MAX);
    if (const auto* v = r.required(value, "instances", "", "an array"))
      out.list = r.list_of(*v, "instances", std::move(out.list.service), out.list.revision);
  }
  if (!r.ok()) return r.complaint();
  return out;
}

decoded<decoded_changes> decode_changes(std::string_view text) {
  reader r;
  const auto value = r.parse(text, limits::list_bytes);
  decoded_changes out;
  if (r.ok() && r.is_object(value, "")) {
    if (const auto* v = r.member(value, "epoch")) out.epoch = r.text(*v, "epoch", limits::name);
    if (const auto* v = r.required(value, "revision", "", "a whole number"))
      out.revision = r.whole(*v, "revision", 0, UINT64_MAX);
    if (const auto* v = r.required(value, "full", "", "true or false")) {
      if (!v->is_boolean()) r.complain("full", "true or false", v->type_name());
      out.full = v->is_boolean() && v->get<bool>();
    }
    const auto* services = r.required(value, "services", "", "an object");
    if (services != nullptr && r.is_object(*services, "services")) {
      for (auto at = services->begin(); at != services->end() && r.ok(); ++at) {
        const auto where = reader::below("services", at.key());
        if (!valid_name(at.key())) r.complain("services", "names", fmt::format("'{}'", at.key().substr(0, 40)));
        out.lists.push_back(r.list_of(at.value(), where, at.key(), out.revision));
      }
    }
  }
  if (!r.ok()) return r.complaint();
  return out;
}

}  // namespace meshgauge::registry
