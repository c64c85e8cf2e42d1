#pragma once
/// What the admin port shows, as functions of what the workers say about themselves.

#include <span>
#include <string>

#include "harness/serve/worker_state.hpp"
#include "router/proxy/counters.hpp"

namespace meshgauge::serve {

/// One worker, as others see it.
struct worker_view {
  const proxy::counters* counters = nullptr;  ///< null: it does not serve yet
  worker_state_ptr state;                     ///< null: it has not said anything yet
  std::uint64_t dropped_lines = 0;
};

/// OpenMetrics 1.0. Each sample has a label `worker`, its number; sums are for whoever reads them.
std::string metrics_page(std::span<const worker_view> workers);

/// What each worker knows, JSON.
std::string instances_page(std::span<const worker_view> workers);

struct health {
  unsigned status = 200;
  std::string text = "ok\n";
};
/// 503 while draining, and while a worker does not serve or waits for the registry's first answer.
health health_of(std::span<const worker_view> workers, bool draining);

}  // namespace meshgauge::serve
