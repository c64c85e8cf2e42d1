#pragma once
/// What the files of the builder share.

#include "scenarios/language/builder.hpp"
#include "scenarios/language/shape.hpp"
#include "scenarios/language/values.hpp"

namespace meshgauge::language {

/// a-z, 0-9, - and _.
bool valid_name(std::string_view s);

inline node* find_object(node& n, std::string_view where, std::string_view name) {
  return const_cast<node*>(get(n, where, name));
}

template <class T, class Read>
void builder::with(node& n, std::string_view where, std::string_view name, T& to, Read read) {
  node* v = find_object(n, where, name);
  if (v == nullptr) return;
  const holds what = find_key(where, name)->what;
  v->number_wanted =
      what == holds::count || what == holds::number || (what == holds::places && v->value.value != "unlimited");
  if (auto value = read(c_, slice(v->value))) to = std::move(*value);
}

}  // namespace meshgauge::language
