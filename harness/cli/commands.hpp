#pragma once
/// The commands of `meshgauge`: each adds itself to the parser, and runs when it was chosen.

#include <CLI/CLI.hpp>
#include <functional>

namespace meshgauge::cli {

/// Runs the chosen command; \return the exit code.
using action = std::function<int()>;

void add_run(CLI::App& app, action& chosen);       ///< run, compare
void add_language(CLI::App& app, action& chosen);  ///< validate, list, describe, explain, schema
void add_serve(CLI::App& app, action& chosen);

}  // namespace meshgauge::cli
