#pragma once
/// A resolver over lists that were given: `static` discovery, and instances named on a command line.

#include <map>
#include <memory>
#include <string>

#include "router/discovery/resolver.hpp"
#include "router/net/host.hpp"

namespace meshgauge::discovery {

class fixed_resolver final : public resolver {
 public:
  fixed_resolver(net::host& h, const lb::balancer_options& balance)
      : host_(h), balance_(balance), draws_(h.random("balance")) {}

  /// Sets, or replaces, the instances of a service; sorted by id.
  void set(registry::service_list list);
  /// Null when the service is unknown.
  const endpoint_set* members(std::string_view service) const;

  picked pick(std::string_view service, std::span<const std::string_view> tried) override;
  net::task<void> load(std::string_view, instant) override { co_return; }

 private:
  struct service {
    endpoint_set members;
    lb::balancer balancer;
    instant since{};
  };
  net::host& host_;
  lb::balancer_options balance_;
  rng draws_;
  std::map<std::string, std::unique_ptr<service>, std::less<>> services_;
};

}  // namespace meshgauge::discovery
