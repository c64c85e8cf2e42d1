#include "scenarios/language/metrics.hpp"

#include <charconv>

#include "router/core/cause.hpp"

namespace meshgauge::language {
namespace {

// clang-format off
const std::vector<metric_row>& table() {
  using enum measure;
  static const std::vector<metric_part> durations{{"pNN", time}, {"mean", time}, {"min", time}, {"max", time}};
  static const std::vector<metric_part> views{
    {"known", count}, {"known.mean", count, true}, {"wrong", count}, {"wrong.mean", count, true},
    {"missing", count}, {"missing.mean", count, true}, {"dead", count}, {"dead.mean", count, true}};
  static const std::vector<metric_row> rows{
    {"requests", {{"", count}}, false, "request", "Requests that were due."},
    {"throughput", {{"", rate}}, false, "", "Requests answered, per second."},
    {"available", {{"", share}}, false, "", "Share of the requests that were answered below 500 in time."},
    {"status", {{"NNN", counted}, {"2xx", counted}, {"3xx", counted}, {"4xx", counted}, {"5xx", counted}}, false, "response", "Answers by status, as the caller saw them."},
    {"cause", {{"NAME", counted}}, false, "request", "Requests that failed, by their one cause: `cause.connection-refused`."},
    {"outcome", {{"NAME", counted}}, false, "request", "Requests by how they ended: `outcome.timeout`."},
    {"latency", durations, false, "", "From the moment a request was due to its end; waiting to be sent counts."},
    {"response", durations, false, "", "From the moment a request was sent to its end."},
    {"share", {{"", share}, {"max_over_mean", factor}, {"min_over_mean", factor}, {"cv", factor}}, true, "", "Share of its fleet's attempts that went to a target, `share{payments/3}`, and how evenly the instances of a fleet were used."},
    {"version", {{"NAME", share}}, false, "", "Share of the attempts that went to a version: `version.v2`."},
    {"retries", {{"", counted}}, false, "retry", "Second and further tries."},
    {"attempts", {{"", counted}}, false, "attempt", "All tries."},
    {"routed_to", {{"starting", counted}, {"draining", counted}, {"stopped", counted}, {"unknown", counted}}, false, "attempt", "Tries by the true state of the instance that was chosen."},
    {"staleness", {{"p50", time}, {"p99", time}, {"max", time}, {"mean", time}}, false, "", "From a change of the truth to the change of a view, over all viewers."},
    {"view", views, false, "instance", "What viewers hold: instances known, wrong (gone), missing, dead. The worst viewer; `.mean` over all and over time."},
    {"generator", {{"late.p99", time}}, false, "", "How late requests were sent; a self-check of `live`."},
  };
  return rows;
}
// clang-format on

std::vector<std::string> names_of(const metric_row& row) {
  std::vector<std::string> result;
  if (row.root == "cause") {
    for (std::size_t i = 1; i < cause_count; ++i) result.emplace_back(name_of(static_cast<meshgauge::cause>(i)));
  } else if (row.root == "outcome") {
    for (std::size_t i = 0; i < outcome_count; ++i) result.emplace_back(name_of(static_cast<meshgauge::outcome>(i)));
  }
  return result;
}

}  // namespace

std::span<const metric_row> metrics() {
  return table();
}

const metric_row* find_metric(std::string_view root) {
  for (const metric_row& m : table()) {
    if (m.root == root) return &m;
  }
  return nullptr;
}

std::vector<std::string> metric_roots() {
  std::vector<std::string> result;
  for (const metric_row& m : table()) result.emplace_back(m.root);
  return result;
}

std::optional<double> percentile(std::string_view part) {
  if (part.size() < 2 || part.size() > 8 || part[0] != 'p' || part[1] < '0' || part[1] > '9') return std::nullopt;
  double p = 0;
  const auto read = std::from_chars(part.data() + 1, part.data() + part.size(), p, std::chars_format::fixed);
  if (read.ec != std::errc{} || read.ptr != part.data() + part.size() || part.back() == '.' || p <= 0 || p >= 100)
    return std::nullopt;
  return p / 100;
}

const metric_part* find_part(const metric_row& row, std::string_view name) {
  for (const metric_part& p : row.parts) {
    if (p.name == name) return &p;
    if (p.name == "pNN" && percentile(name)) return &p;
    if (p.name == "NNN" && name.size() == 3 && name[0] >= '1' && name[0] <= '5' &&
        name.find_first_not_of("0123456789") == std::string_view::npos)
      return &p;
    if (p.name == "NAME" && !name.empty()) {
      const auto names = names_of(row);
      if (names.empty()) return &p;
      for (const std::string& n : names) {
        if (n == name) return &p;
      }
    }
  }
  return nullptr;
}

std::vector<std::string> part_names(const metric_row& row) {
  std::vector<std::string> result = names_of(row);
  for (const metric_part& p : row.parts) {
    if (p.name == "pNN") {
      for (const char* n : {"p50", "p75", "p90", "p95", "p99", "p99.9", "p99.99"}) result.emplace_back(n);
    } else if (p.name == "NNN") {
      for (const char* n : {"200", "404", "429", "499", "500", "502", "503", "504"}) result.emplace_back(n);
    } else if (p.name != "NAME" && !p.name.empty()) {
      result.emplace_back(p.name);
    }
  }
  return result;
}

std::string_view name_of(measure kind) {
  switch (kind) {
    case measure::count:
      return "count";
    case measure::counted:
      return "count, share or rate";
    case measure::rate:
      return "rate";
    case measure::share:
      return "share";
    case measure::factor:
      return "factor";
    case measure::time:
      return "duration";
  }
  return "";
}

}  // namespace meshgauge::language
