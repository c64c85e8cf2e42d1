#include "router/proxy/routes.hpp"

#include <gtest/gtest.h>

namespace meshgauge::proxy {
namespace {

struct answer {
  std::string service, target;
  bool operator==(const answer&) const = default;
};
std::ostream& operator<<(std::ostream& out, const answer& a) {
  return out << '"' << a.service << "\" gets \"" << a.target << '"';
}

answer ask(const route_table& t, const std::string& target, const std::string& host = "shop",
           const std::string& fields = "") {
  const std::string text = "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "\r\n";
  http::head h;
  EXPECT_EQ(http::parse_request(text, {}, h), http::verdict::complete) << text;
  const auto f = t.match(h);
  std::string rewritten;
  return {std::string(f.service), std::string(stripped(h.target, f.stripped, rewritten))};
}

TEST(Routes, the_first_segment_names_the_service) {
  const route_table t;
  EXPECT_EQ(ask(t, "/payment/7?x=1"), (answer{"payment", "/payment/7?x=1"}));
  EXPECT_EQ(ask(t, "/payment?x=/y"), (answer{"payment", "/payment?x=/y"}));
  EXPECT_EQ(ask(t, "/"), (answer{"", "/"}));
  EXPECT_EQ(ask(t, "//payment"), (answer{"", "//payment"}));
  EXPECT_EQ(ask(t, "/?x=/payment"), (answer{"", "/?x=/payment"}));
}

TEST(Routes, strip_takes_the_service_away_and_leaves_a_target) {
  const route_table t(true);
  EXPECT_EQ(ask(t, "/payment/7?x=1"), (answer{"payment", "/7?x=1"}));
  EXPECT_EQ(ask(t, "/payment"), (answer{"payment", "/"}));
  EXPECT_EQ(ask(t, "/payment?x"), (answer{"payment", "/?x"}));
  EXPECT_EQ(ask(t, "/payment//x"), (answer{"payment", "//x"}));
}

TEST(Routes, a_prefix_fits_whole_segments) {
  const route_table t(
      {{.prefix = "/pay/", .service = "payment", .strip = true}, {.prefix = "/pay-out", .service = "o"}});
  EXPECT_EQ(ask(t, "/pay"), (answer{"payment", "/"}));
  EXPECT_EQ(ask(t, "/pay/7"), (answer{"payment", "/7"}));
  EXPECT_EQ(ask(t, "/pay?x"), (answer{"payment", "/?x"}));
  EXPECT_EQ(ask(t, "/pay-out/7"), (answer{"o", "/pay-out/7"}));
  EXPECT_EQ(ask(t, "/payment"), (answer{"", "/payment"}));
  EXPECT_EQ(ask(t, "/Pay"), (answer{"", "/Pay"}));
  EXPECT_EQ(ask(t, "/%70ay"), (answer{"", "/%70ay"})) << "nothing is decoded";
}

TEST(Routes, a_prefix_before_the_segment_that_names_the_service) {
  const route_table t({{.prefix = "/api", .strip = true}});
  EXPECT_EQ(ask(t, "/api/payment/7"), (answer{"payment", "/7"}));
  EXPECT_EQ(ask(t, "/api"), (answer{"", "/api"}));
  EXPECT_EQ(ask(t, "/api/"), (answer{"", "/api/"}));
  EXPECT_EQ(ask(t, "/payment"), (answer{"", "/payment"}));
}

TEST(Routes, by_host) {
  const route_table t({{.host = "shop.example", .service = "shop"}, {.host = "*.example", .service = "any"}});
  EXPECT_EQ(ask(t, "/", "shop.example").service, "shop");
  EXPECT_EQ(ask(t, "/", "SHOP.example:8080").service, "shop");
  EXPECT_EQ(ask(t, "/", "a.b.example").service, "any");
  EXPECT_EQ(ask(t, "/", "example").service, "");
  EXPECT_EQ(ask(t, "/", "xexample").service, "");
  EXPECT_EQ(ask(t, "http://shop.example/x", "other").service, "shop") << "an absolute target beats Host";
}

TEST(Routes, by_header_and_the_first_that_fits) {
  const route_table t({{.header = "x-canary", .header_value = "yes", .service = "canary"},
                       {.header = "X-Tenant", .service = "tenant"},
                       {.service = "rest"}});
  EXPECT_EQ(ask(t, "/", "h", "X-Canary: yes\r\n").service, "canary");
  EXPECT_EQ(ask(t, "/", "h", "X-Canary: no\r\nX-Canary: yes\r\n").service, "canary");
  EXPECT_EQ(ask(t, "/", "h", "X-Canary: yesterday\r\n").service, "rest");
  EXPECT_EQ(ask(t, "/", "h", "x-tenant: 7\r\nX-Canary: yes\r\n").service, "canary");
  EXPECT_EQ(ask(t, "/", "h", "x-tenant: 7\r\n").service, "tenant");
}

TEST(Routes, a_bad_rule_is_explained) {
  EXPECT_EQ(route_table::problem({.prefix = "/pay", .host = "*.example", .header = "X-A", .service = "p"}),
            std::nullopt);
  for (const route& bad :
       {route{.prefix = "pay"}, route{.prefix = "/pay?x"}, route{.host = "a:80"}, route{.host = "a.*"},
        route{.host = "*."}, route{.header_value = "x"}, route{.header = "X:"}, route{.service = ""}}) {
    EXPECT_TRUE(route_table::problem(bad).has_value()) << bad.prefix << bad.host << bad.header;
  }
}

}  // namespace
}  // namespace meshgauge::proxy
