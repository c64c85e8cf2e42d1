#include "scenarios/language/load.hpp"

#include <gmock/gmock.h>

#include "scenarios/language/test_support.hpp"

namespace meshgauge::language {
namespace {

using namespace std::chrono_literals;
using namespace scenarios;

loaded sample(const char* name, const load_options& options = {}) {
  return load_file(std::string(MESHGAUGE_SOURCE_DIR "/scenarios/language/testdata/") + name, options);
}

TEST(Load, RollingDeployIsReadWhole) {
  const loaded l = sample("rolling-deploy.scenario.json");
  ASSERT_TRUE(l.scenario) << report(l.diagnostics);
  EXPECT_EQ(report(l.diagnostics), "");
  const scenario& s = *l.scenario;
  EXPECT_EQ(s.name, "rolling-deploy");
  ASSERT_EQ(s.fleets.size(), 1U);
  EXPECT_EQ(s.fleets[0].instances, 12U);
  EXPECT_EQ(s.fleets[0].version, "v1");
  ASSERT_EQ(s.fleets[0].shutdown.size(), 4U);
  EXPECT_EQ(s.fleets[0].shutdown[1].time, 2s);
  EXPECT_EQ(s.fleets[0].shutdown[2].time, 5s);
  EXPECT_EQ(s.fleets[0].service_time.at(0.5), 5ms);
  EXPECT_EQ(s.registry.heartbeat, 3s);
  ASSERT_EQ(s.variants.size(), 2U);
  EXPECT_EQ(s.variants[0].name, "client");
  EXPECT_EQ(s.variants[0].router.discovery.how, refresh::poll);
  EXPECT_EQ(s.variants[0].router.discovery.poll, 2s);
  EXPECT_EQ(s.variants[1].router.balance, balance::least_request);
  ASSERT_EQ(s.loads.size(), 1U);
  EXPECT_DOUBLE_EQ(s.loads[0].arrivals.rate, 1500);
  EXPECT_EQ(s.loads[0].retry.count, 1U);
  EXPECT_TRUE(s.loads[0].retry.on_connect_failure);
  EXPECT_FALSE(s.loads[0].retry.on_reset);
  EXPECT_EQ(s.loads[0].request.path, "/payments/");
  EXPECT_EQ(s.end(), instant{150s});
  EXPECT_EQ(s.phases[2].start, instant{30s});
  EXPECT_FALSE(s.phases[0].measure);
  ASSERT_EQ(s.timeline.size(), 1U);
  EXPECT_EQ(s.timeline[0].verb, verb::rollout);
  EXPECT_EQ(s.timeline[0].version, "v2");
  EXPECT_EQ(s.timeline[0].batch, 2U);
  EXPECT_EQ(s.timeline[0].at.window, "deploy");
  EXPECT_EQ(s.timeline[0].text, "rollout payments to v2");
  ASSERT_EQ(s.expect.size(), 9U);
  EXPECT_EQ(s.expect[3].left[0].read, reading::share);
  EXPECT_EQ(s.expect[2].left[0].read, reading::count);
  EXPECT_DOUBLE_EQ(s.expect[3].right[0].quantity.value, 0.0001);
  EXPECT_THAT(s.expect[3].variants, testing::ElementsAre(0U, 1U));
  EXPECT_EQ(s.expect[7].scope.what, scope::kind::within);
  EXPECT_EQ(s.expect[7].scope.slice, 5s);
  EXPECT_EQ(s.expect[7].scope.from.at, edge::end);
  EXPECT_TRUE(s.expect[8].compares_variants);
  EXPECT_THAT(s.expect[8].variants, testing::ElementsAre(1U));
  EXPECT_EQ(s.expect[8].name, "the extra hop stays cheap");
  EXPECT_EQ(s.expect[2].where.line, 50);
  EXPECT_EQ(s.expect[2].where.column, 5);
}

TEST(Load, RegistryOutageIsReadWhole) {
  const loaded l = sample("registry-outage.scenario.json");
  ASSERT_TRUE(l.scenario) << report(l.diagnostics);
  EXPECT_EQ(report(l.diagnostics), "");
  const scenario& s = *l.scenario;
  EXPECT_EQ(s.variants[1].router.discovery.outage, on_outage::expire);
  EXPECT_EQ(s.variants[1].router.discovery.expire_after, 30s);
  EXPECT_TRUE(s.variants[2].router.retry.on_reset);
  EXPECT_TRUE(s.timeline[0].during);
  EXPECT_EQ(s.timeline[0].on.kind, target_kind::registry);
  EXPECT_EQ(s.timeline[1].at.window, "outage");
  EXPECT_EQ(s.timeline[1].at.offset.at(0.5), 10s);
  EXPECT_EQ(s.timeline[1].on.last, 1U);
  EXPECT_EQ(s.timeline[2].count, 14U);
  EXPECT_EQ(s.expect[1].scope.to.window, "loss");
  EXPECT_EQ(s.expect[5].scope.what, scope::kind::every);
  EXPECT_EQ(s.expect[7].right.size(), 3U);
  EXPECT_EQ(s.expect[7].right[1].read, reading::count);
}

TEST(Load, GrayFailureInYamlIsReadWhole) {
  const loaded l = sample("gray-failure.scenario.yaml");
  ASSERT_TRUE(l.scenario) << report(l.diagnostics);
  EXPECT_EQ(report(l.diagnostics), "");
  const scenario& s = *l.scenario;
  EXPECT_EQ(s.fleets[0].queue, 64U);
  EXPECT_DOUBLE_EQ(s.timeline[0].fault.factor, 20);
  EXPECT_EQ(s.timeline[0].on.first, 3U);
  EXPECT_THAT(s.expect[2].variants, testing::ElementsAre(2U));
  EXPECT_FALSE(s.expect[2].compares_variants);
  EXPECT_EQ(s.run.seeds, 20U);
  EXPECT_EQ(s.expect[2].where.line, 35);
}

TEST(Load, ExpandedFileLoadsToItself) {
  for (const char* name :
       {"rolling-deploy.scenario.json", "registry-outage.scenario.json", "gray-failure.scenario.yaml"}) {
    const loaded first = sample(name);
    const loaded second = load_text(first.expanded, "expanded.json");
    ASSERT_TRUE(second.scenario) << report(second.diagnostics);
    EXPECT_EQ(second.expanded, first.expanded);
    EXPECT_EQ(first.expanded.find("${"), std::string::npos);
  }
}

TEST(Load, SetReplacesParametersAndLiveHasItsOwn) {
  const std::string text = R"json({
  "params": { "rate": "10/s", "n": 3, "keep": "true" },
  "fleets": { "f": { "instances": "${n}" } },
  "load": { "l": { "arrivals": "poisson(${rate})", "to": "f" } },
  "phases": [ { "name": "p", "for": "10s", "measure": "${keep}" } ],
  "expect": [],
  "run": { "seeds": 9, "live": { "set": { "n": 2, "rate": "5/s" }, "seeds": 4 } }
})json";
  const auto in_sim = load_text(text, "t.json", {{{"n", "7"}}, {}});
  ASSERT_TRUE(in_sim.scenario) << report(in_sim.diagnostics);
  EXPECT_EQ(in_sim.scenario->fleets[0].instances, 7U);
  EXPECT_DOUBLE_EQ(in_sim.scenario->loads[0].arrivals.rate, 10);
  EXPECT_EQ(in_sim.scenario->run.seeds, 9U);
  const auto in_live = load_text(text, "t.json", {{{"rate", "6/s"}}, engine::live});
  ASSERT_TRUE(in_live.scenario) << report(in_live.diagnostics);
  EXPECT_EQ(in_live.scenario->fleets[0].instances, 2U);
  EXPECT_DOUBLE_EQ(in_live.scenario->loads[0].arrivals.rate, 6);
  EXPECT_EQ(in_live.scenario->run.seeds, 4U);
  EXPECT_EQ(in_live.scenario->run.engine, engine::live);
  EXPECT_THAT(in_live.scenario->params, testing::ElementsAre(testing::Pair("rate", "6/s"), testing::Pair("n", "2"),
                                                             testing::Pair("keep", "true")));
  const auto again = load_text(in_live.expanded, "t.json", {{}, engine::live});
  ASSERT_TRUE(again.scenario) << report(again.diagnostics);
  EXPECT_EQ(again.scenario->fleets[0].instances, 2U);
  const auto wrong = load_text(text, "t.json", {{{"rat", "6/s"}}, {}});
  EXPECT_EQ(report(wrong.diagnostics),
            "t.json: error: no parameter \"rat\" to set [unknown-param]\n   = did you mean \"rate\"?\n");
}

TEST(Load, DefaultsAreTheModels) {
  const loaded l = load_text(minimal(), "m.json");
  ASSERT_TRUE(l.scenario) << report(l.diagnostics);
  const scenario& s = *l.scenario;
  EXPECT_EQ(s.name, "m");
  ASSERT_EQ(s.variants.size(), 1U);
  EXPECT_EQ(s.variants[0].name, "default");
  EXPECT_EQ(s.variants[0].router.timeout, 1s);
  EXPECT_EQ(s.fleets[0].shutdown.size(), 4U);
  EXPECT_EQ(s.loads[0].clients, 20U);
  EXPECT_EQ(s.run.seeds, std::nullopt);
}

TEST(Load, FilesThatAreNoneAreNamed) {
  const auto text_of = [](const loaded& l) { return report(l.diagnostics); };
  EXPECT_EQ(text_of(load_file("/nowhere/x.json")), "/nowhere/x.json: error: there is no such file [no-file]\n");
  EXPECT_EQ(text_of(load_file("/tmp")), "/tmp: error: this is a directory, not a scenario file [no-file]\n");
  EXPECT_EQ(text_of(load_text("", "e.json")),
            "e.json: error: this file holds nothing [syntax]\n   = a scenario is an object: { \"fleets\": ..., "
            "\"load\": ..., \"phases\": ..., \"expect\": ... }\n");
  EXPECT_EQ(text_of(load_text("{\n\"a\xff\"}", "e.json")),
            "e.json:2:3: error: this is no UTF-8 text: byte 0xff [not-text]\n");
  EXPECT_THAT(text_of(load_text(std::string(5 << 20, ' '), "e.json")), testing::HasSubstr("[too-large]"));
  EXPECT_THAT(text_of(load_text(std::string(100000, '['), "e.json")), testing::HasSubstr("more than 64 brackets"));
  EXPECT_THAT(text_of(load_text(std::string(100000, '['), "e.yaml")), testing::HasSubstr("e.yaml:1:1: error"));
  EXPECT_THAT(text_of(load_text("", "e.yaml")), testing::HasSubstr("holds nothing"));
}

}  // namespace
}  // namespace meshgauge::language
