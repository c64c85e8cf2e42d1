#pragma once
/// The table of single-valued settings: one row makes a flag of the command line, a key of the config file and a line
/// of the effective configuration, so that the three cannot drift apart. Lists (instances, routes, upgrades, trailers)
/// have a form of their own in each place and are not in here.

#include <span>
#include <string>
#include <string_view>

#include "harness/serve/config.hpp"

namespace meshgauge::serve {

struct setting {
  std::string_view name;   ///< `--name`, and the file's key
  std::string_view group;  ///< heading in --help
  std::string_view takes;  ///< "TIME"; empty: a switch that is "true" or "false"
  std::string_view help;
  maybe_problem (*read)(config& to, std::string_view text);
  std::string (*write)(const config& of);  ///< empty: not set
  bool bare = false;                       ///< a JSON number or boolean, without quotes
};

std::span<const setting> settings();
/// Null when there is none.
const setting* find_setting(std::string_view name);

}  // namespace meshgauge::serve
