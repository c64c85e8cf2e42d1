#include "reports/junit/junit.hpp"

#include <gtest/gtest.h>

#include <pugixml.hpp>
#include <set>

#include "harness/judge/example_runs_test.hpp"
#include "harness/judge/golden_test.hpp"
#include "harness/judge/judge.hpp"

namespace meshgauge::reports::junit {
namespace {

judge::judged small_loss(std::uint64_t seeds) {
  const scenarios::scenario s = judge::example::small_loss();
  const judge::example::runs r(s, seeds);
  return judge::judge(s, r.all);
}

TEST(Junit, IsInTheDialectOfJenkins) {
  options o;
  o.attachments = {"out/small-loss.html"};
  judge::expect_golden("reports/junit/testdata/small-loss.xml", render(small_loss(6), o));
}

TEST(Junit, InconclusiveIsAnErrorUnlessAllowed) {
  pugi::xml_document strict, lax;
  ASSERT_TRUE(strict.load_string(render(small_loss(1)).c_str()));
  EXPECT_EQ(strict.select_nodes("//testcase/error").size(), 2u);
  EXPECT_STREQ(strict.child("testsuites").attribute("errors").value(), "2");
  options o;
  o.allow_inconclusive = true;
  ASSERT_TRUE(lax.load_string(render(small_loss(1), o).c_str()));
  EXPECT_EQ(lax.select_nodes("//testcase/error").size(), 0u);
  EXPECT_EQ(lax.select_nodes("//testcase/skipped").size(), 2u);
}

TEST(Junit, NamesOfCasesAreUnique) {
  judge::judged j = small_loss(1);
  for (judge::check& c : j.checks) c.text = "the same", c.name.clear();
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(render(j).c_str()));
  std::set<std::string> names;
  const auto cases = document.select_nodes("//testsuite[@name='small-loss.client']/testcase");
  for (const auto& x : cases) names.insert(x.node().attribute("name").value());
  EXPECT_EQ(names.size(), cases.size());
}

TEST(Junit, StripsWhatXmlForbids) {
  EXPECT_EQ(allowed_in_xml("a\x01"
                           "b\x1b[31m\tc\n"),
            "ab[31m\tc\n");
  EXPECT_EQ(allowed_in_xml("x\xff\xc0\x80y\xe2\x82"), "xy");
  EXPECT_EQ(allowed_in_xml("\xef\xbf\xbe\xef\xbf\xbf|\xed\xa0\x80|\xe2\x82\xac|\xf0\x9f\x98\x80"),
            "||\xe2\x82\xac|\xf0\x9f\x98\x80");
  judge::judged j = small_loss(1);
  j.checks[0].text = "a < b & \"c\" \x02";
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(render(j).c_str()));
  EXPECT_STREQ(document.select_node("//testcase").node().attribute("name").value(), "a < b & \"c\" ");
}

}  // namespace
}  // namespace meshgauge::reports::junit
