#pragma once
/// Instances and lists as JSON, both ways. Pure: text in, value or complaint out.
///
/// Writing is by hand, in a fixed order of keys, so equal lists are equal bytes. Reading is strict about what it uses
/// and indifferent to what it does not know: unknown keys are skipped (a newer peer may send more), wrong types,
/// missing or oversized values are refused with a text that says where and what was expected. Size and nesting are
/// bounded before the parser sees the text.

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "router/registry/catalogue.hpp"
#include "router/registry/instance.hpp"

namespace meshgauge::registry {

namespace limits {
inline constexpr std::size_t name = 128;  ///< service, id, zone, version, metadata key
inline constexpr std::size_t metadata_value = 1024;
inline constexpr std::size_t metadata_entries = 64;
inline constexpr double weight = 1e6;
inline constexpr duration ttl = std::chrono::hours(24);
inline constexpr std::size_t instance_bytes = 128 * 1024;
inline constexpr std::size_t list_bytes = 64 * 1024 * 1024;
inline constexpr std::size_t depth = 8;
}  // namespace limits

/// Why a text was refused: "instances[3].port: expected a number from 1 to 65535, got 70000".
struct bad_input {
  std::string text;
};
template <class T>
using decoded = boost::system::result<T, bad_input>;

/// Names of services: 1 to 128 of letters, digits and `-_.~:@`, so that they need no escaping in a path.
bool valid_name(std::string_view name);
/// Ids of instances: the same, and `/` and `+` ("payments/3"); in a path the slash is written %2F.
bool valid_id(std::string_view id);
/// An id as one segment of a path.
std::string path_segment(std::string_view id);

/// `{"address", "port", ...}` as in a registration. Service and id come from the path and must be valid.
decoded<instance> decode_instance(std::string_view json, std::string_view service, std::string_view id);
/// `{"status": "DRAINING"}`
decoded<status> decode_status(std::string_view json);
struct decoded_list {
  std::string epoch;
  service_list list;
};
/// `{"service", "revision", "instances": [...]}`
decoded<decoded_list> decode_list(std::string_view json);

struct decoded_changes {
  std::string epoch;
  std::uint64_t revision = 0;
  bool full = false;
  std::vector<service_list> lists;  ///< sorted by name; an empty one has ended
};
/// `{"revision", "full", "services": {name: [...]}}`. The lists carry the revision of the whole.
decoded<decoded_changes> decode_changes(std::string_view json);

std::string encode(const instance& what);
/// `epoch` names the life of the registry; it stands in front as "epoch".
std::string encode(const service_list& list, std::string_view epoch);
std::string encode(const catalogue::changes& changes, std::string_view epoch);
std::string encode_error(std::string_view text);
/// Appends `text` as a JSON string. Bytes that are no UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace meshgauge::registry
