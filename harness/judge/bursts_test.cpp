#include "harness/judge/bursts.hpp"

#include <gtest/gtest.h>

#include "harness/judge/example_runs_test.hpp"

namespace meshgauge::judge {
namespace {

using namespace std::chrono_literals;

instant at(duration d) {
  return instant{} + d;
}

burst from_to(duration start, duration end) {
  return {at(start), at(end), 100ms};
}

record::result buckets_bad_at(const std::vector<int>& tenths) {
  record::result r;
  r.windows = {{"run", record::window::kind::run, true, false, at(0s), at(100s)}};
  for (int i = 0; i < 1000; ++i) {
    record::bucket b;
    b.start = at(i * 100ms);
    b.end = at(i * 100ms + 100ms);
    b.requests = std::find(tenths.begin(), tenths.end(), i) != tenths.end();
    r.buckets.push_back(b);
  }
  return r;
}

std::vector<burst> bursts_in(const std::vector<int>& tenths) {
  return bursts_of(buckets_bad_at(tenths), {{at(0s), at(100s)}},
                   [](const record::bucket& b) { return b.requests > 0; });
}

TEST(Bursts, JoinWhatIsAtMostHalfASecondApart) {
  EXPECT_EQ(bursts_in({10, 11, 17, 30}), (std::vector<burst>{from_to(1s, 1800ms), from_to(3s, 3100ms)}));
}

TEST(Bursts, JoinMoreWhenThereAreMany) {
  std::vector<int> often;
  for (int i = 0; i < 200; i += 10) often.push_back(i);  // every second for 20 s
  EXPECT_EQ(bursts_in(often).size(), 1u);
}

TEST(Bursts, AlikeOnesAreToldTogether) {
  const std::vector<mark> marks{{at(31s), "payments/0 and payments/1 stop", "2 instances stop"},
                                {at(53s), "payments/2 and payments/3 stop", "2 instances stop"}};
  EXPECT_EQ(bursts_text({from_to(31s, 32s), from_to(53s, 54s)}, marks),
            "2 bursts at 31.0 and 53.0 s, each right after 2 instances stop");
}

TEST(Bursts, DifferentOnesAreToldOneByOne) {
  const std::vector<mark> marks{{at(31s), "payments/0 stops", "an instance stops"}, {at(51s), "outage", "outage"}};
  EXPECT_EQ(bursts_text({from_to(31s, 32s), from_to(53s, 54s), from_to(80s, 81s)}, marks),
            "3 bursts: at 31.0 s right after payments/0 stops; at 53.0 s 2.0 s after outage; at 80.0 s");
}

TEST(Bursts, WhatHappenedInsideTheFirstBucketCameBefore) {
  EXPECT_EQ(bursts_text({from_to(31s, 32s)}, {{at(31050ms), "outage", "outage"}}),
            "from 31.0 to 32.0 s, beginning right after outage");
  EXPECT_EQ(bursts_text({from_to(31s, 32s)}, {{at(31100ms), "outage", "outage"}}), "from 31.0 to 32.0 s");
}

TEST(Marks, ChangesOfSeveralInstancesAtOnceAreOne) {
  record::result r = buckets_bad_at({});
  for (std::uint32_t i = 0; i < 5; ++i) {
    record::incarnation x;
    x.name = "payments/" + std::to_string(i);
    r.incarnations.push_back(x);
  }
  r.truth_changes = {{at(5s), 0, truth::draining}, {at(5100ms), 1, truth::draining}, {at(9s), 2, truth::stopped}};
  const auto marks = marks_of({}, r);
  ASSERT_EQ(marks.size(), 2u);
  EXPECT_EQ(marks[0].named, "payments/0 and payments/1 begin to drain");
  EXPECT_EQ(marks[0].general, "2 instances begin to drain");
  EXPECT_EQ(marks[1].named, "payments/2 stops");
}

}  // namespace
}  // namespace meshgauge::judge
