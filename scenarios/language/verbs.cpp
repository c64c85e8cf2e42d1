#include "scenarios/language/verbs.hpp"

namespace meshgauge::language {

std::span<const verb_row> verbs() {
  using scenarios::verb;
  static const std::vector<verb_row> rows{
      {"kill", verb::kill, true, {}, R"json({ "at": "30s", "kill": "payments/0..1" })json"},
      {"stop", verb::stop, true, {}, R"json({ "during": "dark", "stop": "registry", "as": "outage" })json"},
      {"restart", verb::restart, false, {}, R"json({ "at": "30s", "restart": "router/0" })json"},
      {"deregister",
       verb::deregister,
       true,
       {},
       R"json({ "at": "30s", "deregister": "payments/3", "for": "10s" })json"},
      {"register", verb::register_, false, {}, R"json({ "at": "40s", "register": "payments/3" })json"},
      {"scale", verb::scale, false, {"to"}, R"json({ "at": "30s", "scale": "payments", "to": 14 })json"},
      {"rollout",
       verb::rollout,
       false,
       {"to", "batch", "pause", "surge"},
       R"json({ "at": "30s", "rollout": "payments", "to": "v2", "batch": 2, "pause": "8s", "as": "rollout" })json"},
      {"fault",
       verb::fault,
       true,
       {"on", "from", "to"},
       R"json({ "during": "gray", "fault": "slow(20x)", "on": "payments/3" })json"},
      {"heal", verb::heal, false, {}, R"json({ "at": "60s", "heal": "payments/3" })json"},
      {"partition",
       verb::partition,
       true,
       {"from"},
       R"json({ "at": "30s", "partition": "payments/3", "from": "registry", "for": "20s" })json"},
      {"load", verb::load, true, {"on"}, R"json({ "at": "30s", "load": "3x", "for": "10s", "on": "checkout" })json"},
  };
  return rows;
}

const verb_row* find_verb(std::string_view name) {
  for (const verb_row& v : verbs()) {
    if (v.name == name) return &v;
  }
  return nullptr;
}

}  // namespace meshgauge::language
