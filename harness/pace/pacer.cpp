#include "harness/pace/pacer.hpp"

#include <algorithm>

#include "router/http/client.hpp"

namespace meshgauge::pace {
namespace {

using net::task;

struct schedule {
  const plan& what;
  instant begin;
  std::uint64_t next = 0;
  unsigned busy = 0;
};

task<void> connection(net::host& h, schedule& s, outcome& out) {
  http::client c(h, s.what.to);
  const duration end = s.what.warm_up + s.what.length;
  for (;;) {
    const duration after = due_after(s.next++, s.what.rate);
    if (after >= end) break;
    const instant due = s.begin + after;
    const bool waited = h.now() < due;
    if (waited) {
      const net::error_code ec = co_await h.sleep_until(due);
      if (ec) break;
    }
    const duration late = h.now() - due;
    std::string target = s.what.target;
    const net::result<http::response> r =
        co_await c.ask("GET", std::move(target), std::string(), due + std::chrono::seconds(10));
    if (after < s.what.warm_up) continue;
    if (!r || r->status != 200) {
      ++out.failed;
      continue;
    }
    out.latencies.push_back(h.now() - due);
    if (waited) out.lateness.push_back(late);
  }
  --s.busy;
}

}  // namespace

duration due_after(std::uint64_t n, std::uint64_t rate) {
  // Whole seconds apart, so that no rounding adds up and nothing overflows.
  return std::chrono::seconds(n / rate) +
         duration(static_cast<std::int64_t>(n % rate * std::uint64_t{1'000'000'000} / rate));
}

task<void> play(net::host& h, plan p, outcome& out) {
  schedule s{p, h.now()};
  s.busy = p.connections;
  const auto expected = static_cast<std::size_t>(p.rate * static_cast<std::uint64_t>(p.length.count()) / 1'000'000'000);
  out.latencies.reserve(expected + 1);
  out.lateness.reserve(expected + 1);
  for (unsigned i = 0; i < p.connections; ++i) h.spawn(connection(h, s, out));
  while (s.busy > 0) {
    const net::error_code ec = co_await h.sleep(std::chrono::milliseconds(10));
    if (ec) co_return;
  }
}

duration quantile(std::vector<duration>& values, unsigned per_thousand) {
  if (values.empty()) return duration::zero();
  const std::size_t rank = (values.size() * per_thousand + 999) / 1000;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank == 0 ? 0 : rank - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace meshgauge::pace
