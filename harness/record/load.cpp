#include "harness/record/json_reader.hpp"
#include "harness/record/names.hpp"
#include "harness/record/save.hpp"

namespace meshgauge::record {
namespace {

histogram histogram_of(const json_reader& in) {
  histogram h;
  if (in.is_list()) return h;
  h.sum = in["sum"].whole<std::int64_t>();
  h.min = in["min"].time();
  h.max = in["max"].time();
  const auto cells = in["cells"].wholes<std::uint32_t>();
  if (cells.size() % 2 != 0) in["cells"].fail("expected pairs");
  h.cells.reserve(cells.size() / 2);
  for (std::size_t i = 0; i < cells.size(); i += 2) {
    if (cells[i] >= histogram_cells) in["cells"][i].fail("no such cell");
    if (i > 0 && cells[i] <= cells[i - 2]) in["cells"][i].fail("cells must be in order");
    h.cells.push_back({static_cast<std::uint16_t>(cells[i]), cells[i + 1]});
    h.count += cells[i + 1];
  }
  return h;
}

view_gauges gauges_of(const json_reader& in) {
  view_gauges g;
  const auto v = in.wholes<std::int64_t>();
  if (v.empty()) return g;
  if (v.size() != 9) in.fail("expected 9 numbers");
  g.viewer_time = v[0];
  std::size_t i = 1;
  for (gauge* x : {&g.known, &g.wrong, &g.missing, &g.dead}) {
    x->worst = static_cast<std::uint32_t>(v[i]);
    x->integral = v[i + 1];
    i += 2;
  }
  return g;
}

/// An index that must lie within a list, or nobody for null.
std::uint32_t index_of(const json_reader& in, std::size_t size) {
  if (in.is_null()) return nobody;
  const auto i = in.whole<std::uint32_t>();
  if (i >= size) in.fail(fmt::format("{} is none of the {} listed", i, size));
  return i;
}

bucket bucket_of(const json_reader& in, const result& r) {
  bucket b;
  b.start = in["start"].moment();
  b.end = in["end"].moment();
  b.requests = in["requests"].whole<std::uint32_t>();
  b.ok = in["ok"].whole<std::uint32_t>();
  b.attempts = in["attempts"].whole<std::uint32_t>();
  b.retries = in["retries"].whole<std::uint32_t>();
  const auto routed = in["routed_to"].wholes<std::uint32_t>();
  if (routed.size() != truth_count) in["routed_to"].fail(fmt::format("expected {} numbers", truth_count));
  std::copy(routed.begin(), routed.end(), b.routed_to.begin());
  const auto statuses = in["statuses"].wholes<std::uint32_t>();
  if (statuses.size() % 2 != 0) in["statuses"].fail("expected pairs");
  for (std::size_t i = 0; i < statuses.size(); i += 2) {
    b.statuses.push_back({static_cast<std::uint16_t>(statuses[i]), statuses[i + 1]});
  }
  in["failures"].each([&](const json_reader& f) {
    b.failures.push_back({f[0].one_of<cause>(cause_count), f[1].one_of<truth>(truth_count), f[2].whole<std::uint16_t>(),
                          f[3].whole<std::uint32_t>(), f[4].whole<std::uint32_t>(), f[5].time(), f[6].time()});
  });
  const auto instances = in["instances"].wholes<std::uint32_t>();
  if (instances.size() % 2 != 0) in["instances"].fail("expected pairs");
  for (std::size_t i = 0; i < instances.size(); i += 2) {
    if (instances[i] >= r.incarnations.size()) in["instances"][i].fail("no such instance");
    b.instances.push_back({instances[i], instances[i + 1]});
  }
  b.latency = histogram_of(in["latency"]);
  b.response = histogram_of(in["response"]);
  b.staleness = histogram_of(in["staleness"]);
  b.views = gauges_of(in["views"]);
  return b;
}

std::vector<std::uint32_t> members_of(const json_reader& in, std::size_t size) {
  auto v = in.wholes<std::uint32_t>();
  for (std::size_t i = 0; i < v.size(); ++i) index_of(in[i], size);
  return v;
}

std::vector<view_change> changes_of(const json_reader& in, const result& r, bool of_viewers) {
  std::vector<view_change> all;
  in.each([&](const json_reader& c) {
    all.push_back({c["at"].moment(), of_viewers ? index_of(c["viewer"], r.viewers.size()) : nobody,
                   index_of(c["fleet"], r.fleets.size()), members_of(c["added"], r.incarnations.size()),
                   members_of(c["removed"], r.incarnations.size())});
  });
  return all;
}

sample sample_of(const json_reader& in, const result& r) {
  sample s;
  s.what.why = in["why"].one_of<cause>(cause_count);
  s.what.load = index_of(in["load"], r.loads.size());
  s.what.number = in["number"].whole<std::uint64_t>();
  s.what.client = in["client"].whole<std::uint32_t>();
  s.what.due = in["due"].moment();
  s.what.sent = in["sent"].moment();
  s.what.end = in["end"].moment();
  s.what.status = in["status"].whole<unsigned>();
  s.what.instance = index_of(in["instance"], r.incarnations.size());
  s.what.attempts = in["tries"].whole<unsigned>();
  in["attempts"].each([&](const json_reader& a) {
    s.attempts.push_back({s.what.load, s.what.number, index_of(a["chooser"], r.viewers.size()),
                          index_of(a["instance"], r.incarnations.size()), a["then"].one_of<truth>(truth_count),
                          a["view_age"].time(), a["sent"].moment(), a["end"].moment(), a["status"].whole<unsigned>(),
                          a["why"].one_of<cause>(cause_count)});
  });
  return s;
}

std::vector<std::string> texts_of(const json_reader& in) {
  std::vector<std::string> v;
  in.each([&](const json_reader& t) { v.push_back(t.text()); });
  return v;
}

void read_identity(const json_reader& in, result& r) {
  r.tool_version = in["version"].text();
  r.scenario = in["scenario"].text();
  r.variant = in["variant"].text();
  r.seed = in["seed"].whole<std::uint64_t>();
  r.engine = in["engine"].one_of<scenarios::engine>(2);
  in["params"].each([&](const json_reader& p) { r.params.emplace_back(p[0].text(), p[1].text()); });
  const std::string digest = in["digest"].text();
  if (digest.size() != 16 || digest.find_first_not_of("0123456789abcdef") != std::string::npos) {
    in["digest"].fail("expected 16 hexadecimal digits");
  }
  for (const char c : digest) r.digest = r.digest << 4 | static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  r.world_events = in["world_events"].whole<std::uint64_t>();
  r.end = in["end"].moment();
}

std::unique_ptr<result> read(const json_reader& in) {
  auto out = std::make_unique<result>();
  result& r = *out;
  const std::string schema = in["schema"].text();
  if (schema != schema_id) {
    throw bad_file{fmt::format("its schema is \"{}\", this version reads \"{}\"", schema, schema_id)};
  }
  if (const std::string kind = in["kind"].text(); kind != "record") {
    throw bad_file{fmt::format("it holds \"{}\", expected \"record\"", kind)};
  }
  read_identity(in, r);
  r.fleets = texts_of(in["fleets"]);
  r.loads = texts_of(in["loads"]);
  r.viewers = texts_of(in["viewers"]);
  in["instances"].each([&](const json_reader& i) {
    r.incarnations.push_back({i["name"].text(), index_of(i["fleet"], r.fleets.size()),
                              i["number"].whole<std::uint32_t>(), i["generation"].whole<std::uint32_t>(),
                              i["version"].text(), i["weight"].number()});
  });
  in["windows"].each([&](const json_reader& w) {
    r.windows.push_back({w["name"].text(), w["kind"].one_of<window::kind>(3), w["measured"].truth(), w["open"].truth(),
                         w["start"].moment(), w["end"].moment()});
  });
  in["events"].each([&](const json_reader& e) {
    r.events.push_back({e["at"].moment(), e["event"].whole<std::uint32_t>(), e["what"].one_of<fired_event::kind>(3),
                        e["text"].text()});
  });
  in["truth_changes"].each([&](const json_reader& c) {
    r.truth_changes.push_back({c[0].moment(), index_of(c[1], r.incarnations.size()), c[2].one_of<truth>(truth_count)});
  });
  r.registry_changes = changes_of(in["registry_changes"], r, false);
  r.view_changes = changes_of(in["view_changes"], r, true);
  const json_reader dropped = in["dropped"];
  r.truth_changes_dropped = dropped["truth_changes"].whole<std::uint64_t>();
  r.view_changes_dropped = dropped["view_changes"].whole<std::uint64_t>();
  r.registry_changes_dropped = dropped["registry_changes"].whole<std::uint64_t>();
  r.events_dropped = dropped["events"].whole<std::uint64_t>();
  r.cuts_dropped = dropped["cuts"].whole<std::uint64_t>();
  in["samples"].each([&](const json_reader& s) { r.samples.push_back(sample_of(s, r)); });
  r.generator_late = histogram_of(in["generator_late"]);
  r.late_attempts = in["late_attempts"].whole<std::uint64_t>();
  r.invariant_violations = texts_of(in["invariant_violations"]);
  r.bucket_width = in["bucket_width"].time();
  in["buckets"].each([&](const json_reader& b) { r.buckets.push_back(bucket_of(b, r)); });
  for (std::size_t i = 1; i < r.buckets.size(); ++i) {
    if (r.buckets[i].start != r.buckets[i - 1].end)
      in["buckets"][i].fail("does not begin where the one before it ends");
  }
  return out;
}

}  // namespace

loaded load(std::string_view text) {
  const auto doc = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  if (doc.is_discarded()) return {nullptr, "not a result file: not JSON"};
  try {
    return {read(json_reader(doc, "")), {}};
  } catch (const bad_file& e) {
    return {nullptr, "not a result file: " + e.text};
  }
}

}  // namespace meshgauge::record
