#pragma once
/// The tree that JSON and YAML files both become. It keeps what other trees lose and diagnostics need: the order of
/// keys, repeated keys, where keys and values stand, numbers and strings as they were written.

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/language/text.hpp"

namespace meshgauge::language {

struct member;

struct node {
  enum class type { null, boolean, number, string, list, object } kind = type::null;
  span at;                     ///< with quotes or brackets
  text value;                  ///< of a string or a number: its characters
  bool flag{};                 ///< of a boolean
  bool number_wanted = false;  ///< a string from a parameter that was read as a number
  std::deque<member> members;  ///< of an object
  std::deque<node> items;      ///< of a list

  bool is(type t) const { return kind == t; }
  /// First member of that name, or null.
  const node* find(std::string_view key) const;
  node* find(std::string_view key);
  const member* find_member(std::string_view key) const;
};

struct member {
  std::string key;
  span at;  ///< of the key, with quotes
  node value;
};

inline const member* node::find_member(std::string_view key) const {
  for (const member& m : members) {
    if (m.key == key) return &m;
  }
  return nullptr;
}
inline const node* node::find(std::string_view key) const {
  const member* m = find_member(key);
  return m == nullptr ? nullptr : &m->value;
}
inline node* node::find(std::string_view key) {
  return const_cast<node*>(static_cast<const node*>(this)->find(key));
}

/// Where an object or list is named in a message: its opening bracket.
inline span opening(const node& n) {
  return {n.at.begin, n.at.begin + 1};
}

/// "a list", "a text".
std::string_view name_of(node::type kind);

/// More in one object or list than this is refused as well: checks compare names with names.
inline constexpr std::size_t items_max = 2000;

/// Nesting deeper than this is refused: no scenario needs it, and readers recurse.
inline constexpr int depth_max = 64;

}  // namespace meshgauge::language
