#include "harness/serve/route_rule.hpp"

#include <gtest/gtest.h>

namespace meshgauge::serve {
namespace {

TEST(RouteRule, AllPartsAreRead) {
  proxy::route r;
  ASSERT_FALSE(read_route("path=/pay,host=*.shop,header=X-A:yes:no,service=payment,strip", r));
  EXPECT_EQ(r.prefix, "/pay");
  EXPECT_EQ(r.host, "*.shop");
  EXPECT_EQ(r.header, "X-A");
  EXPECT_EQ(r.header_value, "yes:no");
  EXPECT_EQ(r.service, "payment");
  EXPECT_TRUE(r.strip);
}

TEST(RouteRule, WhatIsLeftOutFitsAnything) {
  proxy::route r;
  ASSERT_FALSE(read_route("header=X-Canary", r));
  EXPECT_EQ(r.header, "X-Canary");
  EXPECT_EQ(r.header_value, "");
  EXPECT_EQ(r.service, "*");
  EXPECT_FALSE(r.strip);
}

TEST(RouteRule, WrongRulesSayWhatIsWrongAndChangeNothing) {
  const std::pair<const char*, const char*> table[] = {
      {"", "a rule has no part \"\""},
      {"path=/a,", "a rule has no part \"\""},
      {"pth=/a", "a rule has no part \"pth\""},
      {"path=/a,path=/b", "\"path\" is given twice"},
      {"path", "\"path\" needs a value behind \"=\""},
      {"strip=yes", "\"strip\" takes no value"},
      {"header=X:", "\"header\" takes NAME or NAME:VALUE, but no value follows the colon"},
      {"header=X Y:1", "a header is a field name, without colon"},
      {"header=X(Y):1", "\"X(Y)\" is no name of a header"},
      {"path=pay", "a path starts with \"/\""},
      {"host=a.*", "\"*\" stands only in front of a host, as in \"*.example\""},
      {"service=a/b", "\"a/b\" is no name of a service"},
  };
  for (const auto& [text, wrong] : table) {
    proxy::route r{.prefix = "/before"};
    const auto p = read_route(text, r);
    ASSERT_TRUE(p) << text;
    EXPECT_EQ(p->text, wrong) << text;
    EXPECT_EQ(r.prefix, "/before") << text;
  }
}

TEST(RouteRule, AMistypedPartIsGuessed) {
  proxy::route r;
  EXPECT_EQ(read_route("servce=x", r)->notes.at(0), "did you mean \"service\"?");
}

}  // namespace
}  // namespace meshgauge::serve
