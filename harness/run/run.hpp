#pragma once
/// One run: scenario + variant + seed + engine -> recorded result.

#include <functional>
#include <memory>
#include <string>

#include "harness/record/result.hpp"
#include "scenarios/model/scenario.hpp"

namespace meshgauge::sim {
struct seen_event;
}

namespace meshgauge::run {

struct progress {
  instant now{};  ///< scenario time
  instant end{};
  std::uint64_t requests = 0;
};

struct options {
  std::uint64_t seed = 1;
  scenarios::engine engine = scenarios::engine::sim;
  /// Called now and then; true ends the run early (interrupted, out of time).
  std::function<bool(const progress&)> watch;
  /// sim: called at every event.
  std::function<void(const sim::seen_event&)> observe;
};

struct outcome {
  std::unique_ptr<record::result> result;  ///< null when the run could not be made
  std::string problem;                     ///< then: why
  bool interrupted = false;
};

outcome run_once(const scenarios::scenario& what, std::size_t variant, const options& o);

}  // namespace meshgauge::run
