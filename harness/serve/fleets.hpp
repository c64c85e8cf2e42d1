#pragma once
/// The fleets of a scenario behind the registry, as ordinary programs on loopback addresses: something to route to.

#include <memory>
#include <string>
#include <vector>

#include "fakes/upstream/instance.hpp"
#include "scenarios/model/scenario.hpp"

namespace meshgauge::serve {

class fleets {
 public:
  fleets(net::world& w, const scenarios::scenario& s, const net::endpoint& registry);
  ~fleets();
  /// Why one of them does not run; empty when all do.
  std::string problem() const;
  std::size_t size() const { return instances_.size(); }

 private:
  std::vector<std::unique_ptr<net::host>> hosts_;
  std::vector<std::unique_ptr<upstream::instance>> instances_;
};

}  // namespace meshgauge::serve
