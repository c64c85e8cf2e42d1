#pragma once
/// How long to leave a registry alone that did not answer: doubling from `first` to `most`, each drawn between half and
/// all of it, so that a thousand clients of a registry that comes back do not all return in the same millisecond.

#include "router/core/rng.hpp"
#include "router/core/time.hpp"

namespace meshgauge::discovery {

struct backoff_options {
  duration first = std::chrono::milliseconds(100);
  duration most = std::chrono::seconds(2);
};

class backoff {
 public:
  /// \param random of this client alone.
  backoff(backoff_options options, const rng& random) : options_(options), random_(random), next_(options.first) {}

  /// After one more failure. Uniform in [d/2, d], d doubling.
  duration failed() {
    const auto d = next_;
    next_ = d * 2 < options_.most ? d * 2 : options_.most;
    return d - duration(static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(d.count() / 2 + 1))));
  }
  void succeeded() { next_ = options_.first; }

 private:
  backoff_options options_;
  rng random_;
  duration next_;
};

}  // namespace meshgauge::discovery
