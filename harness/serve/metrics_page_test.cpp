#include "harness/serve/metrics_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/serve/open_metrics.hpp"
#include "harness/serve/open_metrics_checker_test.hpp"

namespace meshgauge::serve {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

worker_state_ptr some_state(const std::string& service = "payment") {
  worker_state s{.has_registry = true, .has_view = true, .view_age = 1500ms, .registry_failures = 2};
  s.services.push_back(
      {.name = service,
       .revision = 7,
       .instances = {{"payment/0", "127.0.0.1:9001", 1, 3, 2}, {"payment/1", "127.0.0.1:9002", 0, 4, 4}}});
  return std::make_shared<const worker_state>(std::move(s));
}

TEST(Metrics, ThePageIsOpenMetricsAndAddsUp) {
  proxy::counters a, b;
  for (int i = 0; i < 5; ++i) a.finished(200, cause::none, 700us);
  a.finished(502, cause::connection_refused, 40s);  // beyond the last bound
  b.finished(200, cause::none, 100us);              // on a bound
  b.attempts.add(9);
  const std::vector<worker_view> workers{{&a, some_state(), 3}, {&b, some_state(), 0}, {}};
  const std::string text = metrics_page(workers);
  const open_metrics_text page = open_metrics_checker::read(text);
  EXPECT_THAT(page.problems, ElementsAre()) << text;
  EXPECT_EQ(page.sum("meshgauge_requests_total"), 7);
  EXPECT_EQ(page.sum("meshgauge_requests_total", "status=\"200\""), 6);
  EXPECT_EQ(page.sum("meshgauge_requests_total", "worker=\"1\""), 1);
  EXPECT_EQ(page.sum("meshgauge_request_causes_total", "cause=\"connection-refused\""), 1);
  EXPECT_EQ(page.sum("meshgauge_request_causes_total", "cause=\"ok\""), 6);
  EXPECT_EQ(page.sum("meshgauge_request_duration_seconds_count"), 7);
  EXPECT_EQ(page.sum("meshgauge_request_duration_seconds_bucket", "worker=\"1\",le=\"0.0001\""), 1);
  EXPECT_EQ(page.sum("meshgauge_request_duration_seconds_bucket", "worker=\"0\",le=\"30.0\""), 5);
  EXPECT_EQ(page.sum("meshgauge_request_duration_seconds_bucket", "worker=\"0\",le=\"+Inf\""), 6);
  EXPECT_NEAR(page.sum("meshgauge_request_duration_seconds_sum"), 40.0036, 1e-9);
  EXPECT_EQ(page.sum("meshgauge_attempts_total"), 9);
  EXPECT_EQ(page.sum("meshgauge_instances", "worker=\"0\""), 2);
  EXPECT_EQ(page.sum("meshgauge_upstream_connections", "worker=\"0\",service=\"payment\",state=\"idle\""), 6);
  EXPECT_EQ(page.sum("meshgauge_upstream_connections", "worker=\"0\",service=\"payment\",state=\"busy\""), 1);
  EXPECT_EQ(page.sum("meshgauge_view_age_seconds"), 3);
  EXPECT_EQ(page.sum("meshgauge_registry_failures_total"), 4);
  EXPECT_EQ(page.sum("meshgauge_access_log_dropped_lines_total"), 3);
  EXPECT_EQ(page.sum("meshgauge_build_info"), 1);
}

TEST(Metrics, APageOfNobodyAndOddNamesIsOpenMetrics) {
  EXPECT_THAT(open_metrics_checker::read(metrics_page({})).problems, ElementsAre());
  const std::vector<worker_view> workers{{nullptr, some_state("a\"b\\c\nd"), 0}};
  const open_metrics_text page = open_metrics_checker::read(metrics_page(workers));
  EXPECT_THAT(page.problems, ElementsAre());
  EXPECT_EQ(page.sum("meshgauge_instances", R"(service="a\"b\\c\nd")"), 2);
}

TEST(Metrics, FloatsAreWrittenAsTheFormatWants) {
  EXPECT_EQ(float_text(1), "1.0");
  EXPECT_EQ(float_text(0.00025), "0.00025");
  EXPECT_EQ(float_text(-0.5), "-0.5");
}

// The checker would prove nothing if it took everything.
TEST(OpenMetricsChecker, FindsWhatIsWrong) {
  const std::pair<const char*, const char*> table[] = {
      {"# TYPE a gauge\na 1\n", "no # EOF"},
      {"# TYPE a gauge\na 1\n# EOF", "does not end with a newline"},
      {"# TYPE a gauge\n# EOF\na 1\n", "behind # EOF"},
      {"# TYPE a counter\na 1\n# EOF\n", "no sample of a counter"},
      {"# TYPE a counter\na_total -1\n# EOF\n", "no sample of a counter"},
      {"# TYPE a gauge\na_total 1\n# EOF\n", "no sample of a gauge"},
      {"# TYPE a gauge\na 1\na 2\n# EOF\n", "a sample twice"},
      {"# TYPE a gauge\na 1\n# HELP a x\n# EOF\n", "metadata behind samples"},
      {"# TYPE a gauge\n# TYPE b gauge\n# TYPE a gauge\n# EOF\n", "begun before"},
      {"# TYPE a_ms gauge\n# UNIT a_ms seconds\n# EOF\n", "does not end with its unit"},
      {"# TYPE a gauge\na{b=\"1\",b=\"2\"} 1\n# EOF\n", "a label twice"},
      {"# TYPE a gauge\na{b=\"\\x\"} 1\n# EOF\n", "no such escape"},
      {"# TYPE a gauge\na{2=\"x\"} 1\n# EOF\n", "no name of a label"},
      {"# TYPE a gauge\na{b=\"x\"} one\n# EOF\n", "no number"},
      {"# TYPE a gauge\nb 1\n# EOF\n", "another family"},
      {"# TYPE a histogram\na_bucket{w=\"1\",le=\"1.0\"} 2\na_bucket{w=\"1\",le=\"+Inf\"} 1\na_count{w=\"1\"} 1\n# "
       "EOF\n",
       "buckets that shrink"},
      {"# TYPE a histogram\na_bucket{w=\"1\",le=\"+Inf\"} 1\na_count{w=\"1\"} 2\n# EOF\n", "_count differ"},
      {"\n# EOF\n", "an empty line"},
  };
  for (const auto& [text, why] : table)
    EXPECT_THAT(open_metrics_checker::read(text).problems, testing::Contains(HasSubstr(why))) << text;
}

TEST(Health, SaysWhoIsNotReady) {
  proxy::counters c;
  const auto waiting = std::make_shared<const worker_state>(worker_state{.has_registry = true});
  const auto alone = std::make_shared<const worker_state>(worker_state{});
  const auto of = [](std::vector<worker_view> workers, bool draining) { return health_of(workers, draining); };
  EXPECT_EQ(of({{&c, some_state(), 0}, {&c, alone, 0}}, false).status, 200U);
  EXPECT_EQ(of({{&c, some_state(), 0}, {&c, alone, 0}}, false).text, "ok\n");
  EXPECT_EQ(of({{&c, some_state(), 0}, {}}, false).text, "worker 1 has not started\n");
  EXPECT_EQ(of({{&c, waiting, 0}}, false).text, "worker 0 has no answer of the registry yet\n");
  EXPECT_EQ(of({{&c, waiting, 0}}, false).status, 503U);
  EXPECT_EQ(of({{&c, some_state(), 0}}, true).status, 503U);
  EXPECT_EQ(of({{&c, some_state(), 0}}, true).text, "draining\n");
}

TEST(Instances, ThePageSaysWhatEachWorkerKnows) {
  const std::vector<worker_view> workers{{nullptr, some_state(), 0}, {}};
  const auto page = nlohmann::json::parse(instances_page(workers));
  ASSERT_EQ(page.at("workers").size(), 2U);
  const auto& service = page.at("workers").at(0).at("services").at("payment");
  EXPECT_EQ(service.at("from"), "registry");
  EXPECT_EQ(service.at("revision"), 7);
  EXPECT_EQ(service.at("instances").at(1).at("address"), "127.0.0.1:9002");
  EXPECT_FALSE(page.at("workers").at(1).contains("services"));
}

}  // namespace
}  // namespace meshgauge::serve
