#include "harness/soak/findings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace meshgauge::soak {

void findings::add(std::string_view what, std::string who) {
  auto at = kinds_.find(what);
  if (at == kinds_.end()) at = kinds_.emplace(std::string(what), kind{}).first;
  ++at->second.count;
  if (!who.empty() && at->second.who.size() < shown_max) at->second.who.push_back(std::move(who));
}

std::uint64_t findings::count(std::string_view what) const {
  const auto at = kinds_.find(what);
  return at == kinds_.end() ? 0 : at->second.count;
}

std::string findings::text() const {
  std::string out;
  for (const auto& [what, k] : kinds_) {
    out += fmt::format("VIOLATED: {}", what);
    if (k.count > 1) out += fmt::format(" ({} times)", k.count);
    if (!k.who.empty()) out += fmt::format(": {}{}", fmt::join(k.who, ", "), k.count > k.who.size() ? ", ..." : "");
    out += '\n';
  }
  return out;
}

}  // namespace meshgauge::soak
