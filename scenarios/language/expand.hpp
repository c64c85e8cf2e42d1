#pragma once
/// A tree as canonical JSON.

#include <string>

#include "scenarios/language/node.hpp"

namespace meshgauge::language {

/// Two spaces a level, keys in the file's order, comments and parameter definitions left out (their values stand where
/// they were used).
std::string expand(const node& root);

}  // namespace meshgauge::language
