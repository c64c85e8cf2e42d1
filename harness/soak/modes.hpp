#pragma once
/// The three soaks of tools/soak. Each starts `meshgauge serve` as a process of its own and stands on both sides of it,
/// prints counts, then `holds` or what is violated; docs/soak.md says what is claimed.

#include <cstdint>
#include <string>

namespace meshgauge::soak {

struct churn_plan {
  std::string program;
  std::string wrk;  ///< loads a second service meanwhile; empty: nobody does
  unsigned seconds = 600;
  std::uint64_t rate = 2000;
  unsigned connections = 100;
  unsigned workers = 1;
  std::uint64_t seed = 1;
};
struct drain_plan {
  std::string program;
  unsigned times = 5;
  unsigned workers = 1;
};
struct slow_plan {
  std::string program;
  unsigned heads = 1000;
  unsigned never_readers = 20;
  unsigned uploads = 20;
  std::uint64_t rate = 500;
};

/// \return whether everything held. Throw runtime_error or system_error when serve does not come up.
bool churn(const churn_plan& p);
bool drain(const drain_plan& p);
bool slow(const slow_plan& p);

}  // namespace meshgauge::soak
