#include "reports/compare/compare.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/judge/example_runs_test.hpp"
#include "harness/judge/golden_test.hpp"
#include "harness/judge/judge.hpp"

namespace meshgauge::reports::compare {
namespace {

judge::judged small_loss(std::uint64_t seeds, std::vector<std::string> windows = {}) {
  const scenarios::scenario s = judge::example::small_loss();
  const judge::example::runs r(s, seeds);
  judge::options o;
  o.compare = true;
  o.compare_windows = std::move(windows);
  return judge::judge(s, r.all, o);
}

TEST(Compare, StandsSideBySide) {
  judge::expect_golden("reports/compare/testdata/small-loss.txt", render(small_loss(10)));
}

TEST(Compare, OfFewSeedsHasNoIntervals) {
  judge::expect_golden("reports/compare/testdata/small-loss-three-seeds.txt", render(small_loss(3, {"steady"})));
}

TEST(Compare, AsJson) {
  judge::expect_golden("reports/compare/testdata/small-loss.json", render_json(small_loss(6)));
}

TEST(Compare, InAsciiHasNothingElse) {
  options o;
  o.ascii = true;
  for (const char c : render(small_loss(6), o)) EXPECT_EQ(c & 0x80, 0);
}

TEST(Compare, OfNothingIsNothing) {
  judge::judged j;
  EXPECT_EQ(render(j), "");
  EXPECT_EQ(render_json(j), "null\n");
}

TEST(Compare, SaysNoneAndNotARatioWhereOneSideHasNone) {
  judge::judged j = small_loss(6);
  for (judge::comparison_row& row : j.compared->rows) {
    if (row.metric != "status.502") continue;
    row.cells[1] = {0.0, {}, {}};
    row.ratios[0] = {judge::interval{0, 0, 0}, 0.0, judge::comparison_row::word::better, 6};
  }
  EXPECT_THAT(render(j), testing::ContainsRegex("status.502 .*none  *none  *better\n"));
}

TEST(Compare, ShowsEachVariantAgainstTheFirst) {
  scenarios::scenario s = judge::example::small_loss();
  s.variants.push_back(record::example::variant("third"));
  const judge::example::runs r(s, 6);
  judge::options o;
  o.compare = true;
  judge::expect_golden("reports/compare/testdata/three-variants.txt", render(judge::judge(s, r.all, o)));
}

}  // namespace
}  // namespace meshgauge::reports::compare
