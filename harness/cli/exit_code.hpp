#pragma once
/// What the command's exit codes mean; docs/command-line.md has the table.

namespace meshgauge::cli {

enum exit_code : int {
  holds = 0,
  broken = 1,
  wrong_input = 2,  ///< command line or scenario file
  inconclusive = 3,
  environment = 4,  ///< a port is taken, a file cannot be written, out of time
  nothing_to_run = 5,
  internal_error = 70,
  interrupted = 130,
};

/// For `git bisect run`: it reads 1 to 124 as bad, 125 as "skip", above 127 as stop.
constexpr int for_bisect(int code) {
  if (code == holds || code == broken) return code;
  return code >= internal_error ? 128 : 125;
}

}  // namespace meshgauge::cli
