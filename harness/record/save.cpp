#include "harness/record/save.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/record/names.hpp"

namespace meshgauge::record {
namespace {

// Keys stand in the order in which they are written here.
using json = nlohmann::ordered_json;

std::int64_t ns(instant t) {
  return t.time_since_epoch().count();
}

json json_of(const histogram& h) {
  if (h.empty()) return json::array();
  json cells = json::array();
  for (const histogram::cell& c : h.cells) {
    cells.push_back(c.at);
    cells.push_back(c.count);
  }
  return json{{"sum", h.sum}, {"min", h.min.count()}, {"max", h.max.count()}, {"cells", std::move(cells)}};
}

json json_of(const view_gauges& g) {
  if (g.viewer_time == 0) return json::array();
  json v = json::array({g.viewer_time});
  for (const gauge* x : {&g.known, &g.wrong, &g.missing, &g.dead}) {
    v.push_back(x->worst);
    v.push_back(x->integral);
  }
  return v;
}

json json_of(const bucket& b) {
  json statuses = json::array(), failures = json::array(), instances = json::array();
  for (const status_count& c : b.statuses) statuses.insert(statuses.end(), {c.status, c.count});
  for (const failure_count& f : b.failures) {
    failures.push_back(json::array({name_of(f.why), name_of(f.then), f.status, f.count, f.attempts,
                                    f.view_age_min.count(), f.view_age_max.count()}));
  }
  for (const instance_count& c : b.instances) instances.insert(instances.end(), {c.instance, c.attempts});
  return json{{"start", ns(b.start)},
              {"end", ns(b.end)},
              {"requests", b.requests},
              {"ok", b.ok},
              {"attempts", b.attempts},
              {"retries", b.retries},
              {"routed_to", b.routed_to},
              {"statuses", std::move(statuses)},
              {"failures", std::move(failures)},
              {"instances", std::move(instances)},
              {"latency", json_of(b.latency)},
              {"response", json_of(b.response)},
              {"staleness", json_of(b.staleness)},
              {"views", json_of(b.views)}};
}

json json_of(const view_change& c) {
  json v{{"at", ns(c.at)}};
  if (c.viewer != nobody) v["viewer"] = c.viewer;
  v["fleet"] = c.fleet;
  v["added"] = c.added;
  v["removed"] = c.removed;
  return v;
}

json json_of(const sample& s) {
  const request& r = s.what;
  json attempts = json::array();
  for (const attempt& a : s.attempts) {
    json v{{"instance", a.instance == nobody ? json(nullptr) : json(a.instance)},
           {"chooser", a.chooser == nobody ? json(nullptr) : json(a.chooser)},
           {"then", name_of(a.then)},
           {"view_age", a.view_age.count()},
           {"sent", ns(a.sent)},
           {"end", ns(a.end)},
           {"status", a.status},
           {"why", name_of(a.why)}};
    attempts.push_back(std::move(v));
  }
  return json{{"why", name_of(r.why)},
              {"load", r.load},
              {"number", r.number},
              {"client", r.client},
              {"due", ns(r.due)},
              {"sent", ns(r.sent)},
              {"end", ns(r.end)},
              {"status", r.status},
              {"instance", r.instance == nobody ? json(nullptr) : json(r.instance)},
              {"tries", r.attempts},
              {"attempts", std::move(attempts)}};
}

json json_of(const window& w) {
  return json{{"name", w.name}, {"kind", name_of(w.what)}, {"measured", w.measured},
              {"open", w.open}, {"start", ns(w.start)},    {"end", ns(w.end)}};
}

json json_of(const incarnation& i) {
  return json{{"name", i.name},       {"fleet", i.fleet},  {"number", i.number}, {"generation", i.generation},
              {"version", i.version}, {"weight", i.weight}};
}

json json_of(const fired_event& e) {
  return json{{"at", ns(e.at)}, {"event", e.index}, {"what", name_of(e.what)}, {"text", e.text}};
}

template <class T>
json list_of(const std::vector<T>& all) {
  json v = json::array();
  for (const T& x : all) v.push_back(json_of(x));
  return v;
}

}  // namespace

std::string save(const result& r) {
  json doc{{"schema", schema_id},  {"kind", "record"}, {"version", r.tool_version},  {"scenario", r.scenario},
           {"variant", r.variant}, {"seed", r.seed},   {"engine", name_of(r.engine)}};
  json params = json::array();
  for (const auto& [name, value] : r.params) params.push_back(json::array({name, value}));
  doc["params"] = std::move(params);
  doc["digest"] = fmt::format("{:016x}", r.digest);
  doc["world_events"] = r.world_events;
  doc["end"] = ns(r.end);
  doc["fleets"] = r.fleets;
  doc["loads"] = r.loads;
  doc["viewers"] = r.viewers;
  doc["instances"] = list_of(r.incarnations);
  doc["windows"] = list_of(r.windows);
  doc["events"] = list_of(r.events);
  json truths = json::array();
  for (const truth_change& c : r.truth_changes) truths.push_back(json::array({ns(c.at), c.instance, name_of(c.now)}));
  doc["truth_changes"] = std::move(truths);
  doc["registry_changes"] = list_of(r.registry_changes);
  doc["view_changes"] = list_of(r.view_changes);
  doc["dropped"] = {{"truth_changes", r.truth_changes_dropped},
                    {"view_changes", r.view_changes_dropped},
                    {"registry_changes", r.registry_changes_dropped},
                    {"events", r.events_dropped},
                    {"cuts", r.cuts_dropped}};
  doc["samples"] = list_of(r.samples);
  doc["generator_late"] = json_of(r.generator_late);
  doc["late_attempts"] = r.late_attempts;
  doc["invariant_violations"] = r.invariant_violations;
  doc["bucket_width"] = r.bucket_width.count();
  // Bucket by bucket: as one tree they would take ten times the memory of the text.
  std::string text = doc.dump();
  text.back() = ',';
  text += "\"buckets\":[";
  for (std::size_t i = 0; i < r.buckets.size(); ++i) {
    if (i > 0) text += ',';
    text += json_of(r.buckets[i]).dump();
  }
  return text + "]}\n";
}

}  // namespace meshgauge::record
