#pragma once
/// One balancing policy chosen by name: what a router or a discovery client keeps for each service.
///
/// Also knows the one thing that all policies share: a retry must not go to an instance that was tried before for the
/// same request. Excluding is done here, on a shortened copy of the list (retries are rare), so that no policy needs
/// to know about it.

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "router/lb/clock_modulo.hpp"
#include "router/lb/endpoint.hpp"
#include "router/lb/least_request.hpp"
#include "router/lb/p2c.hpp"
#include "router/lb/random.hpp"
#include "router/lb/round_robin.hpp"

namespace meshgauge::lb {

enum class policy : std::uint8_t { round_robin, random, least_request, p2c, clock_modulo };

/// "round-robin"; the names of the scenario language.
std::string_view name_of(policy p);
std::optional<policy> policy_named(std::string_view name);

struct balancer_options {
  lb::policy policy = policy::round_robin;
  std::uint64_t start = 0;            ///< round robin: place of the first pick
  tie ties = tie::random;             ///< least request
  draws sampling = draws::distinct;   ///< p2c
  duration clock_unit = duration(1);  ///< clock modulo
  duration clock_tick = duration(1);  ///< clock modulo
};

class balancer {
 public:
  explicit balancer(const balancer_options& options = {});

  /// \param list sorted by id. \return index into `list`; nothing when it is empty.
  choice pick(endpoints list, rng& r, instant now);
  /// As above, but never one of `excluded`; nothing when no other is left.
  choice pick(endpoints list, std::span<const std::string_view> excluded, rng& r, instant now);
  lb::policy policy() const { return policy_; }

 private:
  lb::policy policy_;
  std::variant<round_robin, random_choice, least_request, p2c, clock_modulo> kind_;
  std::vector<endpoint> rest_;      ///< scratch for exclusion: what is left ...
  std::vector<std::size_t> place_;  ///< ... and where it stood
};

}  // namespace meshgauge::lb
