// The `meshgauge` command. A bare call says in ten lines what it is.

#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "harness/cli/commands.hpp"
#include "harness/cli/exit_code.hpp"

namespace {

constexpr const char* short_help =
    "Checks how a service mesh behaves while things go wrong, and compares ways of discovery.\n"
    "\n"
    "  meshgauge run scenarios/library/*.json             does it hold?\n"
    "  meshgauge compare FILE.scenario.json               client-side or server-side discovery?\n"
    "\n"
    "  run  compare  validate  list  describe  explain  schema  serve\n"
    "  meshgauge COMMAND --help for one of them.\n";

}  // namespace

int main(int argc, char** argv) {
  using namespace meshgauge::cli;
  CLI::App app{"A service-mesh simulator and test harness.", "meshgauge"};
  app.set_version_flag("--version", "meshgauge " MESHGAUGE_VERSION);
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.require_subcommand(0, 1);
  app.failure_message([](const CLI::App* a, const CLI::Error& e) {
    return fmt::format("meshgauge: {}\nRun {} --help to see what it takes.\n", e.what(),
                       a->get_parent() == nullptr ? "meshgauge" : "meshgauge " + a->get_name());
  });
  action chosen;
  add_run(app, chosen);
  add_language(app, chosen);
  add_serve(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? holds : wrong_input;
  }
  if (!chosen) {
    fmt::print("{}", short_help);
    return argc > 1 ? wrong_input : holds;
  }
  try {
    const int code = chosen();
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      fmt::print(stderr, "meshgauge: cannot write to stdout\n");
      return environment;
    }
    return code;
  } catch (const std::exception& e) {
    fmt::print(stderr, "meshgauge: internal error: {}\n", e.what());
    return internal_error;
  }
}
