#pragma once
/// For the tests: the smallest scenario, and one with a place for each part.

#include <string>

namespace meshgauge::language {

struct parts {
  std::string fleet = R"json("instances": 12, "version": "v1")json";
  std::string variants =
      R"json("client": { "discovery": "client(poll=2s)" }, "server": { "discovery": "server(watch)" })json";
  std::string load = R"json("arrivals": "poisson(100/s)", "to": "payments")json";
  std::string phases = R"json({ "name": "steady", "for": "20s" }, { "name": "deploy", "for": "100s" })json";
  std::string timeline = {};
  std::string expect = {};
  std::string more = {};  ///< further members, each ended by a comma
};

/// One member a line, so that positions are easy to count.
inline std::string scenario_with(const parts& p) {
  return "{\n" + p.more + "\"fleets\": { \"payments\": { " + p.fleet + " } },\n\"variants\": { " + p.variants +
         " },\n\"load\": { \"checkout\": { " + p.load + " } },\n\"phases\": [ " + p.phases + " ],\n\"timeline\": [ " +
         p.timeline + " ],\n\"expect\": [ " + p.expect + " ]\n}\n";
}

inline std::string minimal() {
  return R"json({
  "fleets": { "payments": {} },
  "load": { "checkout": { "arrivals": "poisson(100/s)", "to": "payments" } },
  "phases": [ { "name": "steady", "for": "20s" } ],
  "expect": [ "status.5xx == 0" ]
}
)json";
}

}  // namespace meshgauge::language
