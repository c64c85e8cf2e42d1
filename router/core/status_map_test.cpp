#include "router/core/status_map.hpp"

#include <gtest/gtest.h>

namespace meshgauge {
namespace {

TEST(StatusMap, every_name_has_a_map_and_no_other_name_has) {
  for (const std::string_view name : status_map::names()) {
    const status_map* m = status_map::named(name);
    ASSERT_NE(m, nullptr) << name;
    EXPECT_EQ(m->name(), name);
  }
  EXPECT_EQ(status_map::named("apache"), nullptr);
  EXPECT_EQ(status_map::named(""), nullptr);
}

TEST(StatusMap, our_own_is_the_table_of_causes) {
  for (std::size_t i = 0; i < cause_count; ++i) {
    const auto c = static_cast<cause>(i);
    EXPECT_EQ(status_map::own().of(c), status_of(c)) << name_of(c);
  }
}

TEST(StatusMap, presets_differ_where_the_routers_do) {
  const auto says = [](std::string_view router, cause c) { return status_map::named(router)->of(c); };
  EXPECT_EQ(says("envoy", cause::connection_refused), 503U);
  EXPECT_EQ(says("haproxy", cause::connection_refused), 503U);
  EXPECT_EQ(says("nginx", cause::connection_refused), 502U);
  EXPECT_EQ(says("envoy", cause::connect_timeout), 503U);
  EXPECT_EQ(says("nginx", cause::connect_timeout), 504U);
  EXPECT_EQ(says("nginx", cause::no_instance), 502U);
  EXPECT_EQ(says("envoy", cause::no_route), 404U);
  EXPECT_EQ(says("haproxy", cause::connection_reset_before_response), 502U);
}

TEST(StatusMap, no_map_gives_a_status_to_what_can_have_none) {
  for (const std::string_view name : status_map::names()) {
    for (const cause c : {cause::none, cause::truncated_response, cause::upstream_5xx, cause::deadline_exceeded}) {
      EXPECT_EQ(status_map::named(name)->of(c), 0U) << name << " " << name_of(c);
    }
    for (std::size_t i = 0; i < cause_count; ++i) {
      const unsigned s = status_map::named(name)->of(static_cast<cause>(i));
      EXPECT_TRUE(s == 0 || (s >= 400 && s <= 599)) << name << " " << s;
    }
  }
}

}  // namespace
}  // namespace meshgauge
