#include "reports/json/json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/judge/example_runs_test.hpp"
#include "harness/judge/golden_test.hpp"
#include "harness/judge/judge.hpp"

namespace meshgauge::reports::json {
namespace {

judge::judged small_loss(std::uint64_t seeds, bool compare) {
  const scenarios::scenario s = judge::example::small_loss();
  const judge::example::runs r(s, seeds);
  judge::options o;
  o.compare = compare;
  return judge::judge(s, r.all, o);
}

TEST(Json, HoldsRunsChecksAndComparison) {
  judge::expect_golden("reports/json/testdata/small-loss.json", render(small_loss(2, true)));
}

TEST(Json, IsTheSameBytesForTheSameRuns) {
  EXPECT_EQ(render(small_loss(2, true)), render(small_loss(2, true)));
}

TEST(Json, HasAComparisonOnlyWhenAsked) {
  EXPECT_FALSE(nlohmann::json::parse(render(small_loss(2, false))).contains("comparison"));
}

TEST(Json, SurvivesTextThatIsNotUtf8) {
  judge::judged j = small_loss(1, false);
  j.scenario = "a\xff";
  EXPECT_FALSE(nlohmann::json::parse(render(j), nullptr, false).is_discarded());
}

}  // namespace
}  // namespace meshgauge::reports::json
