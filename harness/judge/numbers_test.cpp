#include "harness/judge/numbers.hpp"

#include <gtest/gtest.h>

namespace meshgauge::judge {
namespace {

TEST(Numbers, HaveThreeDigitsAndAFittingUnit) {
  EXPECT_EQ(text_of(0.00533, unit::time), "5.33 ms");
  EXPECT_EQ(text_of(0.0401, unit::time), "40.1 ms");
  EXPECT_EQ(text_of(0.9996, unit::time), "1 s");
  EXPECT_EQ(text_of(2.081, unit::time), "2.08 s");
  EXPECT_EQ(text_of(0, unit::time), "0 s");
  EXPECT_EQ(text_of(0.0000123, unit::time), "12.3 us");
  EXPECT_EQ(text_of(0.035, unit::share), "3.5 %");
  EXPECT_EQ(text_of(1, unit::share), "100 %");
  EXPECT_EQ(text_of(0.99996, unit::share), "100 %");
  EXPECT_EQ(text_of(1497.4, unit::rate), "1497/s");
  EXPECT_EQ(text_of(679, unit::count), "679");
  EXPECT_EQ(text_of(163000, unit::count), "163000");
  EXPECT_EQ(text_of(1.2, unit::factor), "1.2x");
}

TEST(Numbers, RangesShareTheUnitOfTheLarger) {
  EXPECT_EQ(range_text(0.05, 0.8, unit::time), "50 ... 800 ms");
  EXPECT_EQ(range_text(0.5, 1.25, unit::time), "0.5 ... 1.25 s");
  EXPECT_EQ(range_text(3, 3, unit::count), "3");
}

TEST(Numbers, ZeroOfWhatIsCountedIsNone) {
  EXPECT_EQ(text_or_none(0, unit::share), "none");
  EXPECT_EQ(text_or_none(0, unit::time), "0 s");
}

}  // namespace
}  // namespace meshgauge::judge
