#include "harness/soak/served.hpp"

#include <gtest/gtest.h>

namespace meshgauge::soak {
namespace {

using sums = std::map<std::string, std::uint64_t>;

TEST(LogLine, IsReadByItsNames) {
  log_line l;
  ASSERT_TRUE(read_log_line(
      R"({"time":"2026-11-24T08:44:37.012Z","request":"soak-7","method":"GET","target":"/soaked/7","service":"soaked",)"
      R"("instance":"a","status":502,"cause":"connection-refused","attempts":1,"ms":6.747})",
      l));
  EXPECT_EQ(l.request, "soak-7");
  EXPECT_EQ(l.service, "soaked");
  EXPECT_EQ(l.status, 502U);
  EXPECT_EQ(l.cause, "connection-refused");
}

TEST(LogLine, HalfALineIsNone) {
  log_line l;
  EXPECT_FALSE(read_log_line(R"({"time":"x","request":"soak-7","service":"soaked","status":200,"cause":"o)", l));
  EXPECT_FALSE(read_log_line("", l));
}

TEST(Metrics, AreAddedUpOverWorkersByALabel) {
  const std::string_view page =
      "# TYPE requests counter\n"
      "requests_total{worker=\"0\",status=\"200\"} 5\n"
      "requests_total{worker=\"1\",status=\"200\"} 6\n"
      "requests_total{worker=\"1\",status=\"503\"} 1\n"
      "requests_total_more{worker=\"1\",status=\"503\"} 100\n"
      "open 3\n"
      "# EOF\n";
  EXPECT_EQ(sum_by(page, "requests_total", "status"), (sums{{"200", 11}, {"503", 1}}));
  EXPECT_EQ(sum_by(page, "requests_total", ""), (sums{{"", 12}}));
  EXPECT_EQ(sum_by(page, "open", ""), (sums{{"", 3}}));
  EXPECT_EQ(sum_by(page, "nothing", ""), sums{});
}

TEST(Child, SaysItsExitCodeAndItsLines) {
  std::string out, err;
  child c(
      {"sh", "-c", "echo one; echo two >&2; printf three; exit 7"}, [&](std::string_view l) { out.append(l) += ';'; },
      [&](std::string_view l) { err.append(l) += ';'; });
  EXPECT_EQ(c.wait(std::chrono::seconds(10)), 7);
  EXPECT_TRUE(c.ended());
  EXPECT_EQ(out, "one;three;");
  EXPECT_EQ(err, "two;");
}

TEST(Child, OneThatDoesNotExistIsAnError) {
  EXPECT_THROW(child(
                   {"/nonexistent/program"}, [](auto) {}, [](auto) {}),
               std::system_error);
}

TEST(Child, OneThatIsKilledSaysSo) {
  child c(
      {"sleep", "100"}, [](auto) {}, [](auto) {});
  EXPECT_EQ(c.wait(std::chrono::milliseconds(1)), std::nullopt);
  EXPECT_GT(c.resident_bytes(), 0U);
  EXPECT_GT(c.open_files(), 0U);
  c.signal(9);
  EXPECT_EQ(c.wait(std::chrono::seconds(10)), 137);
}

}  // namespace
}  // namespace meshgauge::soak
