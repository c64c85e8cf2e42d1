#pragma once
/// The first check of a tree, from the table of keys alone: unknown, repeated and missing keys, and values of the wrong
/// kind (a list where a text is wanted). What passes `fits` can be read.

#include "scenarios/language/context.hpp"
#include "scenarios/language/keys.hpp"

namespace meshgauge::language {

/// \param engine  keys that it cannot honour are errors
void check_shape(context& c, const node& root, scenarios::engine engine);

/// Can a value of this kind be read as what the key holds?
bool fits(holds what, const node& n);

/// The member of that name when it fits, else null. Asserts that the table knows the key.
const node* get(const node& object, std::string_view where, std::string_view name);

}  // namespace meshgauge::language
