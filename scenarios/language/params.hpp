#pragma once
/// `${name}` in texts: found, replaced and checked before anything is read.

#include <string>
#include <utility>
#include <vector>

#include "scenarios/language/context.hpp"

namespace meshgauge::language {

using assignments = std::vector<std::pair<std::string, std::string>>;

/// Replaces parameters in every text below `root`, except those that define them.
/// \param live  `run.live.set` applies
/// \param set   the command line's; stronger than the file's
/// Leaves the final values in `c.params`. Reports unknown and unused ones.
void substitute_params(context& c, node& root, bool live, const assignments& set);

}  // namespace meshgauge::language
