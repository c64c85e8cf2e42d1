#include "harness/serve/fleets.hpp"

#include <fmt/format.h>

#include "harness/run/mesh.hpp"

namespace meshgauge::serve {

fleets::fleets(net::world& w, const scenarios::scenario& s, const net::endpoint& registry) {
  std::uint32_t next = 0;
  for (const scenarios::fleet& f : s.fleets) {
    for (unsigned n = 0; n < f.instances; ++n) {
      upstream::instance_options o = run::program_of(f);
      o.id = fmt::format("{}/{}", f.name, n);
      o.at = {boost::asio::ip::address_v4(0x7f010100U + ++next), 8080};
      o.registry = registry;
      o.registrar.heartbeat = s.registry.heartbeat;
      o.lease = s.registry.lease;
      hosts_.push_back(std::make_unique<net::host>(w, o.id));
      instances_.push_back(std::make_unique<upstream::instance>(*hosts_.back(), std::move(o), nullptr, nullptr));
      instances_.back()->start(true);
    }
  }
}

fleets::~fleets() {
  for (auto& h : hosts_) h->kill();
}

std::string fleets::problem() const {
  for (const auto& i : instances_) {
    if (!i->problem().empty()) return i->problem();
  }
  return {};
}

}  // namespace meshgauge::serve
