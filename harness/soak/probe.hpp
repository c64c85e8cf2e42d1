#pragma once
/// Looks at a running `serve` through its admin port, from within the world that loads it.

#include <string>

#include "harness/soak/served.hpp"
#include "router/http/client.hpp"
#include "router/net/live/live_world.hpp"

namespace meshgauge::soak {

class probe {
 public:
  probe(net::live::live_world& w, served& s) : world_(w), served_(s), host_(w, "probe"), admin_(host_, s.at().admin) {}
  ~probe() { host_.kill(); }

  /// A page of the admin port; empty when it does not answer within 5 s. Runs the world meanwhile.
  std::string page(std::string path);
  /// Waits until `serve` has no more than `files` open; false after `limit`.
  bool settles_at(std::size_t files, duration limit);

 private:
  static net::task<void> fetch(http::client& c, std::string path, instant deadline, std::string& out, bool& done);

  net::live::live_world& world_;
  served& served_;
  net::host host_;
  http::client admin_;
};

}  // namespace meshgauge::soak
