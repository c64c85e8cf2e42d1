#include "fakes/client/load.hpp"

namespace meshgauge::client {

arrivals::arrivals(const rng& load, std::vector<stretch> stretches) : load_(load), stretches_(std::move(stretches)) {
  left_ = gap();
  if (!stretches_.empty()) find_from(stretches_.front().start);
}

double arrivals::gap() {
  if (current_ < stretches_.size() && stretches_[current_].model == arrival_model::constant) return 1;
  return -fixed_log(load_.derive("gap").derive(number_).unit());
}

void arrivals::find_from(instant at) {
  // A gap is used up at the rate of the stretch it lies in, so a change of rate cuts no arrival and adds none.
  while (current_ < stretches_.size()) {
    const stretch& s = stretches_[current_];
    if (at < s.start) at = s.start;
    if (s.rate > 0) {
      const double needed = left_ / s.rate * 1e9;
      const double there = static_cast<double>((s.end - at).count());
      if (needed < there) {
        left_ = 0;
        next_ = at + duration(static_cast<std::int64_t>(needed + 0.5));
        return;
      }
      left_ -= there * s.rate / 1e9;
    }
    at = s.end;
    ++current_;
  }
  next_ = never;
}

void arrivals::advance() {
  const instant at = next_;
  ++number_;
  left_ = gap();
  find_from(at);
}

std::uint32_t arrivals::client(std::uint32_t clients) const {
  return static_cast<std::uint32_t>(load_.derive("client").derive(number_).below(clients));
}

}  // namespace meshgauge::client
