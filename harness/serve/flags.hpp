#pragma once
/// What the command line adds to a configuration: flags beat the file. What is repeated on the command line replaces
/// the file's list as a whole, instances service by service.

#include <string>
#include <utility>
#include <vector>

#include "harness/serve/config.hpp"
#include "scenarios/language/diagnostic.hpp"

namespace meshgauge::serve {

struct flags {
  std::string config_file;                                    ///< empty: none
  std::vector<std::pair<std::string, std::string>> settings;  ///< name (of the table), value
  std::vector<std::string> instances;                         ///< NAME=HOST:PORT
  std::string instances_file;
  std::vector<std::string> routes, upgrades, trailers;  ///< upgrades: {"none"} for none
};

struct configured {
  std::optional<config> value;  ///< only when everything is well
  std::string complaints;       ///< for stderr, whole lines
};

/// File, then flags, then whether they go together.
configured configure(const flags& f);

}  // namespace meshgauge::serve
