#include "reports/text/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/judge/example_runs_test.hpp"
#include "harness/judge/golden_test.hpp"
#include "harness/judge/judge.hpp"

namespace meshgauge::reports::text {
namespace {

judge::judged small_loss(std::uint64_t seeds) {
  const scenarios::scenario s = judge::example::small_loss();
  const judge::example::runs r(s, seeds);
  judge::options o;
  o.overrides = {{"lag", "<400ms>"}};
  return judge::judge(s, r.all, o);
}

TEST(Text, SaysWhatIsBrokenWhenWhyAndHowToRunItAgain) {
  judge::expect_golden("reports/text/testdata/small-loss.txt", render(small_loss(6)));
}

TEST(Text, ListsWhatPassedWhenAsked) {
  options o;
  o.verbose = true;
  o.notes = {"report: out/small-loss.html"};
  judge::expect_golden("reports/text/testdata/small-loss-verbose.txt", render(small_loss(6), o));
}

TEST(Text, OneSeedHasNoMedians) {
  judge::expect_golden("reports/text/testdata/small-loss-one-seed.txt", render(small_loss(1)));
}

TEST(Text, EndsWithTheClosingLineAlone) {
  const std::string all = render(small_loss(1));
  EXPECT_THAT(all, testing::EndsWith("\nexpectations: 6 passed, 4 failed\n"));
}

TEST(Text, HasColourOnlyWhenAsked) {
  options o;
  EXPECT_EQ(render(small_loss(1), o).find('\x1b'), std::string::npos);
  o.colour = true;
  EXPECT_NE(render(small_loss(1), o).find("\x1b[31mFAIL\x1b[0m"), std::string::npos);
}

TEST(Text, SaysWhenTheRecordContradictsItself) {
  judge::judged j = small_loss(1);
  j.problems = {"client seed 1: the record contradicts itself: 3 requests were due, 2 ended"};
  EXPECT_THAT(render(j), testing::HasSubstr("problem: client seed 1: the record contradicts itself"));
}

}  // namespace
}  // namespace meshgauge::reports::text
