#include "harness/soak/probe.hpp"

namespace meshgauge::soak {

using namespace std::chrono_literals;

net::task<void> probe::fetch(http::client& c, std::string path, instant deadline, std::string& out, bool& done) {
  const net::result<http::response> r = co_await c.ask("GET", std::move(path), std::string(), deadline);
  if (r && r->status == 200) out = r->body;
  done = true;
}

std::string probe::page(std::string path) {
  std::string out;
  bool done = false;
  host_.spawn(fetch(admin_, std::move(path), world_.now() + 5s, out, done));
  world_.run_until(never, [&] { return done; });
  return out;
}

bool probe::settles_at(std::size_t files, duration limit) {
  const instant until = world_.now() + limit;
  while (served_.process().open_files() > files) {
    if (world_.now() >= until) return false;
    world_.run_for(200ms);
  }
  return true;
}

}  // namespace meshgauge::soak
