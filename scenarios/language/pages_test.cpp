#include "scenarios/language/pages.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "scenarios/language/did_you_mean.hpp"
#include "scenarios/language/errors.hpp"
#include "scenarios/language/forms.hpp"
#include "scenarios/language/keys.hpp"
#include "scenarios/language/load.hpp"
#include "scenarios/language/metrics.hpp"
#include "scenarios/language/test_support.hpp"
#include "scenarios/language/verbs.hpp"

namespace meshgauge::language {
namespace {

using testing::HasSubstr;

TEST(Manual, ReferenceIsTheTables) {
  std::ifstream in(MESHGAUGE_SOURCE_DIR "/docs/scenario-language.md", std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  const std::string page = all.str();
  const std::string open = "<!-- reference: generated, see below -->\n", close = "<!-- end of reference -->\n";
  const std::size_t from = page.find(open), to = page.find(close);
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  const std::string wanted = open + "\n" + reference() + "\n";
  if (std::getenv("MESHGAUGE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(MESHGAUGE_SOURCE_DIR "/docs/scenario-language.md", std::ios::binary)
        << page.substr(0, from) + wanted + page.substr(to);
    return;
  }
  EXPECT_EQ(page.substr(from, to - from), wanted)
      << "regenerate it: MESHGAUGE_UPDATE_GOLDEN=1 meshgauge_scenarios_language_test --gtest_filter='Manual.*'";
}

TEST(Manual, ExamplesInThePageLoad) {
  std::ifstream in(MESHGAUGE_SOURCE_DIR "/docs/scenario-language.md", std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  const std::string page = all.str();
  int count = 0;
  for (std::size_t at = page.find("```jsonc\n"); at != std::string::npos; at = page.find("```jsonc\n", at + 1)) {
    const std::size_t from = at + 9, to = page.find("```", from);
    const loaded l = load_text(page.substr(from, to - from), "example.json");
    EXPECT_TRUE(l.scenario) << report(l.diagnostics);
    EXPECT_EQ(report(l.diagnostics), "");
    ++count;
  }
  EXPECT_GE(count, 1);
}

TEST(Keys, NoneIsIgnoredSilently) {
  // Each key, given something that nothing takes, must be complained about.
  for (const key& k : keys()) {
    if (k.name == "$schema") continue;
    parts p;
    const std::string bad = "\"" + std::string(k.name) + "\": null";
    if (k.where == "scenario") p.more = bad + ",\n";
    if (k.where == "network") p.more = "\"network\": { " + bad + " },\n";
    if (k.where == "link") p.more = "\"network\": { \"links\": [ { " + bad + " } ] },\n";
    if (k.where == "fleet") p.fleet = bad;
    if (k.where == "error") p.fleet = "\"errors\": [ { " + bad + " } ]";
    if (k.where == "registry") p.more = "\"registry\": { " + bad + " },\n";
    if (k.where == "router") p.variants = "\"v\": { " + bad + " }";
    if (k.where == "load") p.load = bad;
    if (k.where == "request") p.load += ", \"request\": { " + bad + " }";
    if (k.where == "phase") p.phases = "{ " + bad + " }";
    if (k.where == "event") p.timeline = "{ " + bad + " }";
    if (k.where == "expectation") p.expect = "{ " + bad + " }";
    if (k.where == "run") p.more = "\"run\": { " + bad + " },\n";
    if (k.where == "live") p.more = "\"run\": { \"live\": { " + bad + " } },\n";
    const std::string all = report(load_text(scenario_with(p), "t.json").diagnostics);
    EXPECT_THAT(all, HasSubstr("\"" + std::string(k.name) + "\" has no value")) << k.where;
  }
}

TEST(Keys, TextsThatMeanNothingAreErrors) {
  // A key whose text is read further must refuse nonsense; free texts are the exception.
  for (const key& k : keys()) {
    if (k.what == holds::text || k.what == holds::name || k.what == holds::flag || k.what == holds::object ||
        k.what == holds::map || k.what == holds::list || k.what == holds::texts || k.what == holds::expectations ||
        k.what == holds::steps || k.what == holds::phases || k.what == holds::count || k.what == holds::number ||
        k.what == holds::places) {
      continue;
    }
    parts p;
    const std::string bad = "\"" + std::string(k.name) + "\": \"Nonsense\"";
    if (k.where == "network") p.more = "\"network\": { " + bad + " },\n";
    if (k.where == "link") p.more = "\"network\": { \"links\": [ { " + bad + " } ] },\n";
    if (k.where == "fleet") p.fleet = bad;
    if (k.where == "error") p.fleet = "\"errors\": [ { \"status\": 500, " + bad + " } ]";
    if (k.where == "registry") p.more = "\"registry\": { " + bad + " },\n";
    if (k.where == "router") p.variants = "\"v\": { " + bad + " }";
    if (k.where == "load")
      p.load = (k.name == "arrivals" ? "" : "\"arrivals\": \"poisson(1/s)\", ") +
               std::string("\"to\": \"payments\", ") + bad;
    if (k.where == "request") p.load += ", \"request\": { " + bad + " }";
    if (k.where == "phase")
      p.phases = (k.name == "for" ? "" : "\"for\": \"1s\", ") + std::string("\"name\": \"a\", ") + bad,
      p.phases = "{ " + p.phases + " }";
    if (k.where == "expectation") p.expect = "{ \"that\": \"requests >= 1\", " + bad + " }";
    if (k.where == "run") p.more = "\"run\": { " + bad + " },\n";
    if (k.where == "event") {
      const bool verb = find_verb(k.name) != nullptr;
      const bool when = k.name == "at" || k.name == "during";
      p.timeline = std::string("{ ") + (when ? "" : "\"at\": \"1s\", ");
      if (k.name == "batch" || k.name == "pause" || k.name == "surge" || k.name == "to")
        p.timeline += "\"rollout\": \"payments\", ";
      else if (k.name == "on" || k.name == "from")
        p.timeline += "\"fault\": \"delay(5ms)\", ";
      else if (!verb)
        p.timeline += "\"kill\": \"payments/0\", ";
      p.timeline += bad + " }";
    }
    const loaded l = load_text(scenario_with(p), "t.json");
    EXPECT_FALSE(l.scenario) << k.where << " " << k.name << "\n" << scenario_with(p);
  }
}

TEST(Keys, PlacesHaveNamesAndChildrenExist) {
  for (const key& k : keys()) {
    EXPECT_NE(describe_place(k.where), k.where) << k.name;
    if (!k.child.empty()) {
      EXPECT_FALSE(keys_of(k.child).empty()) << k.name;
    }
  }
}

TEST(Forms, ExamplesAreWhatTheReaderTakes) {
  for (const form& f : forms()) {
    parts p;
    const std::string example(f.example);
    if (f.group == "distribution") p.fleet += ", \"service-time\": \"" + example + "\"";
    if (f.group == "arrivals") p.load = "\"to\": \"payments\", \"arrivals\": \"" + example + "\"";
    if (f.group == "discovery") p.variants = "\"v\": { \"discovery\": \"" + example + "\" }";
    if (f.group == "outage") p.variants = "\"v\": { \"discovery\": \"client(watch, on-outage=" + example + ")\" }";
    if (f.group == "balance" || f.group == "retry" || f.group == "pool")
      p.variants = "\"v\": { \"" + std::string(f.group) + "\": \"" + example + "\" }";
    if (f.group == "fault") p.timeline = R"({ "at": "5s", "fault": ")" + example + R"(", "on": "payments/3" })";
    const loaded l = load_text(scenario_with(p), "t.json");
    EXPECT_TRUE(l.scenario) << report(l.diagnostics);
  }
}

TEST(Verbs, ExamplesAreWhatTheReaderTakes) {
  for (const verb_row& v : verbs()) {
    parts p;
    p.phases += R"(, { "name": "dark", "for": "20s" }, { "name": "gray", "for": "20s" })";
    p.timeline = v.example;
    const loaded l = load_text(scenario_with(p), "t.json");
    ASSERT_TRUE(l.scenario) << report(l.diagnostics);
    EXPECT_EQ(l.scenario->timeline[0].verb, v.what);
  }
}

TEST(Metrics, EveryPartIsReadAndUnderstood) {
  for (const metric_row& m : metrics()) {
    for (const metric_part& part : m.parts) {
      std::string name(m.root);
      if (!part.name.empty()) {
        const auto names = part_names(m);
        const std::string tail = part.name == "NAME"  ? (names.empty() ? "v1" : names.front())
                                 : part.name == "pNN" ? "p95"
                                 : part.name == "NNN" ? "503"
                                                      : std::string(part.name);
        name += "." + tail;
      }
      if (name == "share") name += "{payments/3}";
      const char* limit = part.kind == measure::time     ? "1s"
                          : part.kind == measure::share  ? "50%"
                          : part.kind == measure::rate   ? "5/s"
                          : part.kind == measure::factor ? "1.5"
                                                         : "3";
      parts p;
      p.expect = "\"" + name + " <= " + limit + "\"";
      const loaded l = load_text(scenario_with(p), "t.json");
      EXPECT_TRUE(l.scenario) << report(l.diagnostics);
    }
  }
}

TEST(Pages, EveryNameAndIdHasOne) {
  for (const std::string& name : described_names()) EXPECT_TRUE(describe_page(name)) << name;
  for (const std::string& id : explained_ids()) EXPECT_TRUE(explain_page(id)) << id;
  for (const std::string& kind : list_kinds()) EXPECT_FALSE(list_page(kind).empty()) << kind;
  EXPECT_EQ(list_page("nonsense"), "");
  EXPECT_FALSE(describe_page("nonsense"));
  EXPECT_FALSE(explain_page("nonsense"));
  EXPECT_THAT(*describe_page("rollout"), HasSubstr("Details: to, batch, pause, surge"));
  EXPECT_THAT(*describe_page("latency.p99"), HasSubstr("latency: a metric"));
  EXPECT_THAT(*explain_page("connection-refused"), HasSubstr("the status 502"));
}

TEST(Schema, IsJsonAndKnowsEveryKey) {
  const auto schema = nlohmann::json::parse(json_schema());
  EXPECT_EQ(schema["$schema"], "http://json-schema.org/draft-07/schema#");
  for (const key& k : keys()) {
    const auto& object = k.where == "scenario" ? schema : schema["definitions"][std::string(k.where)];
    EXPECT_TRUE(object["properties"].contains(std::string(k.name))) << k.where << " " << k.name;
  }
  EXPECT_EQ(schema["required"], nlohmann::json({"fleets", "load", "phases", "expect"}));
}

TEST(DidYouMean, OneGuessWithinAThirdAndTheLongerOfEqualOnes) {
  const std::vector<std::string> parts{"p99", "p99.9", "p50"};
  EXPECT_EQ(did_you_mean("p999", parts), "p99.9");
  const std::vector<std::string> names{"steady", "deploy", "rollout"};
  EXPECT_EQ(did_you_mean("rolout", names), "rollout");
  EXPECT_EQ(did_you_mean("staedy", names), "steady");
  EXPECT_EQ(did_you_mean("dexlxyz", names), std::nullopt);
  EXPECT_EQ(did_you_mean("", names), std::nullopt);
}

}  // namespace
}  // namespace meshgauge::language
