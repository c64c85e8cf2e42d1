#pragma once
/// Every key of the language, once. Validation, did-you-mean, `schema`, `describe` and the manual's reference all read
/// this table; nothing else lists keys.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meshgauge::language {

/// What a key holds.
enum class holds {
  text,
  name,    ///< a-z 0-9 - _
  path,    ///< begins with '/'
  health,  ///< path or `none`
  flag,    ///< true or false
  on_off,
  engine,
  restart,
  rule,  ///< how an expectation is judged
  severity,
  count,
  places,  ///< count or `unlimited`
  number,
  time,
  share,
  factor,
  bandwidth,
  distribution,
  arrivals,
  pace,  ///< factor or arrivals
  discovery,
  balance,
  retry,
  pool,
  steps,  ///< list of shutdown steps
  target,
  fault,
  moment,
  window,
  detail,        ///< `to` of an event: its verb says what
  phases,        ///< list of names
  texts,         ///< object: name -> text
  object,        ///< of `child`
  map,           ///< name -> object of `child`
  list,          ///< list of objects of `child`
  expectations,  ///< list of texts or objects of `child`
};

struct key {
  std::string_view where;  ///< the object it stands in: "scenario", "fleet", ...
  std::string_view name;
  holds what = holds::text;
  bool required = false;
  std::string_view standard;  ///< the default, as text; empty: none
  std::string_view doc;
  std::string_view child = {};   ///< object, map, list: what stands below
  double least = 0, most = 1e6;  ///< of counts and numbers
  bool positive = false;         ///< of times: more than zero
  bool sim_only = false;
};

std::span<const key> keys();
/// The keys of one object, in reading order.
std::vector<const key*> keys_of(std::string_view where);
const key* find_key(std::string_view where, std::string_view name);
/// The objects, in reading order: "scenario", "network", ...
std::span<const std::string_view> places();
/// "fleet" -> "a fleet".
std::string_view describe_place(std::string_view where);
/// How one writes what the key holds, for messages: `"250ms", "2s" or "1m"`.
std::string_view how_to_write(holds what);
/// "a duration".
std::string_view noun_of(holds what);

}  // namespace meshgauge::language
