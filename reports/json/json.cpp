#include "reports/json/json.hpp"

#include <fmt/format.h>

#include "harness/judge/again.hpp"
#include "harness/judge/comparison_json.hpp"

namespace meshgauge::reports::json {
namespace {

using doc = nlohmann::ordered_json;
using judge::json_number;
using judge::verdict;

std::string_view name_of(verdict v) {
  return v == verdict::pass ? "pass" : v == verdict::fail ? "fail" : "inconclusive";
}

std::string_view name_of(scenarios::judge_rule r) {
  switch (r) {
    case scenarios::judge_rule::median:
      return "median";
    case scenarios::judge_rule::ci:
      return "ci";
    default:
      return "every";
  }
}

doc pairs_of(const std::vector<std::pair<std::string, std::string>>& all) {
  doc v = doc::object();
  for (const auto& [name, value] : all) v[name] = value;
  return v;
}

doc json_of(const judge::run_summary& r) {
  doc causes = doc::object();
  for (const auto& [name, count] : r.causes) causes[name] = count;
  return doc{{"variant", r.variant},
             {"seed", r.seed},
             {"digest", fmt::format("{:016x}", r.digest)},
             {"world_events", r.world_events},
             {"requests", r.requests},
             {"ok", r.ok},
             {"status_5xx", r.status_5xx},
             {"latency_p50", json_number(r.p50)},
             {"latency_p99", json_number(r.p99)},
             {"causes", std::move(causes)}};
}

doc json_of(const judge::judged& j, const judge::check& c) {
  doc seeds = doc::array();
  for (const judge::seed_value& v : c.seeds) {
    doc s{{"seed", v.seed},
          {"verdict", name_of(v.what)},
          {"measured", json_number(v.measured)},
          {"limit", json_number(v.limit)}};
    if (!v.note.empty()) s["note"] = v.note;
    seeds.push_back(std::move(s));
  }
  doc v{{"expectation", c.number}, {"variant", c.variant}, {"text", c.text}};
  if (!c.name.empty()) v["name"] = c.name;
  if (!c.because.empty()) v["because"] = c.because;
  if (c.where.line > 0) v["where"] = doc{{"file", c.where.file}, {"line", c.where.line}, {"column", c.where.column}};
  v["severity"] = c.severity == scenarios::severity::warn ? "warn" : "fail";
  v["judge"] = name_of(c.rule);
  v["verdict"] = name_of(c.what);
  if (!c.reason.empty()) v["reason"] = c.reason;
  v["unit"] = judge::name_of(c.unit);
  if (c.in_slices) v["worst_slice"] = true;
  v["median"] = json_number(c.median);
  v["min"] = json_number(c.min);
  v["max"] = json_number(c.max);
  v["limit"] = doc::array({json_number(c.limit_min), json_number(c.limit_max)});
  if (c.ratio) {
    v["ratio"] = doc{{"median", json_number(c.ratio->median)},
                     {"interval", doc::array({json_number(c.ratio->low), json_number(c.ratio->high)})}};
  }
  v["holds_in"] = c.holds_in;
  v["seeds"] = std::move(seeds);
  if (!c.when.empty()) v["when"] = c.when;
  if (!c.why.empty()) v["why"] = c.why;
  if (c.what != verdict::pass) v["again"] = judge::again(j, c);
  return v;
}

}  // namespace

std::string render(const judge::judged& j, const options& o) {
  doc runs = doc::array(), checks = doc::array();
  for (const judge::run_summary& r : j.runs) runs.push_back(json_of(r));
  for (const judge::check& c : j.checks) checks.push_back(json_of(j, c));
  doc all{{"schema", "meshgauge/result-1"},
          {"kind", "verdicts"},
          {"version", j.tool_version},
          {"scenario", j.scenario},
          {"about", j.about},
          {"file", j.file},
          {"engine", j.engine == scenarios::engine::sim ? "sim" : "live"},
          {"params", pairs_of(j.params)},
          {"variants", j.variants},
          {"seeds", j.seeds},
          {"counts", doc{{"passed", j.passed()},
                         {"failed", j.failed()},
                         {"warnings", j.warnings()},
                         {"inconclusive", j.count(verdict::inconclusive)}}},
          {"problems", j.problems},
          {"runs", std::move(runs)},
          {"checks", std::move(checks)}};
  if (j.compared) all["comparison"] = judge::json_of(*j.compared);
  return all.dump(o.indent, ' ', false, doc::error_handler_t::replace) + "\n";
}

}  // namespace meshgauge::reports::json
