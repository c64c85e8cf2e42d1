#pragma once
/// Golden files: what a report says, pinned byte by byte in `testdata/` beside the test.
///
/// With MESHGAUGE_UPDATE_GOLDEN=1 in the environment a test writes its file and fails, so that nobody forgets to look
/// at the difference and run it again without.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace meshgauge::judge {

/// \param path  from the project's root: "reports/text/testdata/fail.txt".
inline void expect_golden(const std::string& path, const std::string& got) {
  const std::string full = std::string(MESHGAUGE_SOURCE_DIR) + "/" + path;
  if (const char* update = std::getenv("MESHGAUGE_UPDATE_GOLDEN"); update != nullptr && std::string(update) == "1") {
    std::ofstream(full, std::ios::binary) << got;
    ADD_FAILURE() << path << " was written anew: look at it, then run again without MESHGAUGE_UPDATE_GOLDEN";
    return;
  }
  std::ifstream in(full, std::ios::binary);
  ASSERT_TRUE(in) << path << " is missing; MESHGAUGE_UPDATE_GOLDEN=1 writes it";
  std::ostringstream want;
  want << in.rdbuf();
  EXPECT_EQ(got, want.str()) << "differs from " << path << "; MESHGAUGE_UPDATE_GOLDEN=1 writes it anew";
}

}  // namespace meshgauge::judge
