#pragma once
/// Instances of the configuration first, then whatever the registry knows: a service that is named in the
/// configuration is never looked up.

#include "router/discovery/client.hpp"
#include "router/discovery/fixed_resolver.hpp"

namespace meshgauge::serve {

class combined final : public discovery::resolver {
 public:
  /// \param dynamic  may be null
  combined(discovery::fixed_resolver& fixed, discovery::client* dynamic) : fixed_(fixed), dynamic_(dynamic) {}

  discovery::picked pick(std::string_view service, std::span<const std::string_view> tried) override {
    return who(service).pick(service, tried);
  }
  net::task<void> load(std::string_view service, instant by) override { return who(service).load(service, by); }
  void unreachable(const discovery::member& m) override {
    if (dynamic_ != nullptr) dynamic_->unreachable(m);
  }

 private:
  discovery::resolver& who(std::string_view service) {
    if (dynamic_ != nullptr && fixed_.members(service) == nullptr) return *dynamic_;
    return fixed_;
  }
  discovery::fixed_resolver& fixed_;
  discovery::client* dynamic_;
};

}  // namespace meshgauge::serve
