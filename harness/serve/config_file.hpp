#pragma once
/// The config file: JSON with comments, or YAML. Read with the readers of the scenario language, so mistakes are shown
/// the same way: place, what was found, what was expected, a guess. Nothing is ignored silently.
///
/// Keys are the names of the flags, and four lists:
///
///     instances: { payment: ["127.0.0.1:9001", "127.0.0.1:9002"] }
///     routes:    [ { path: /pay, host: "*.shop", header: X-A, value: "yes", service: payment, strip: true } ]
///     upgrades:  [ websocket ]
///     trailers:  [ grpc-status ]

#include <string>
#include <vector>

#include "harness/serve/config.hpp"
#include "scenarios/language/diagnostic.hpp"

namespace meshgauge::serve {

/// Sets in `to` what the file says, and leaves the rest. Any diagnostic is a reason not to start.
/// `*.yaml` and `*.yml` are YAML, `*.json` is JSON; other names are looked into: what begins with `{` is JSON.
std::vector<language::diagnostic> read_config(const std::string& path, config& to);
std::vector<language::diagnostic> read_config_text(std::string text, const std::string& name, config& to);

/// A file that holds only what stands behind `instances` in a config file. A service in it replaces that of `to`.
std::vector<language::diagnostic> read_instances(const std::string& path, config& to);
std::vector<language::diagnostic> read_instances_text(std::string text, const std::string& name, config& to);

/// "127.0.0.1:9001": an address that can be called.
maybe_problem read_instance(std::string_view text, net::endpoint& to);
maybe_problem service_problem(std::string_view name);

}  // namespace meshgauge::serve
