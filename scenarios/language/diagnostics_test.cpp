/// Golden tests: each testdata/errors/NAME.json or .yaml gives exactly NAME.txt. Files whose name begins with `live-`
/// are loaded for the live engine. MESHGAUGE_UPDATE_GOLDEN=1 rewrites the .txt files; read the difference before
/// committing it.

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "scenarios/language/load.hpp"
#include "scenarios/language/pages.hpp"

namespace meshgauge::language {
namespace {

namespace fs = std::filesystem;

const fs::path folder = MESHGAUGE_SOURCE_DIR "/scenarios/language/testdata/errors";

std::string contents(const fs::path& p) {
  std::ifstream in(p, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::set<fs::path> inputs() {
  std::set<fs::path> result;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".txt") result.insert(entry.path());
  }
  return result;
}

TEST(Diagnostics, AreExactlyTheGoldenOnes) {
  const bool update = std::getenv("MESHGAUGE_UPDATE_GOLDEN") != nullptr;
  std::size_t count = 0;
  for (const fs::path& p : inputs()) {
    load_options options;
    if (p.filename().string().starts_with("live-")) options.engine = scenarios::engine::live;
    const loaded l = load_text(contents(p), p.filename().string(), options);
    const std::string text = report(l.diagnostics);
    fs::path golden = p;
    golden.replace_extension(".txt");
    if (update) std::ofstream(golden, std::ios::binary) << text;
    EXPECT_EQ(text, contents(golden)) << p << "\nMESHGAUGE_UPDATE_GOLDEN=1 rewrites the files";
    EXPECT_FALSE(text.empty()) << p;
    EXPECT_EQ(l.scenario.has_value(), text.find(": error: ") == std::string::npos) << p;
    ++count;
  }
  EXPECT_GE(count, 40U);
}

TEST(Diagnostics, EachIdHasAPage) {
  for (const fs::path& p : inputs()) {
    for (const diagnostic& d : load_text(contents(p), p.filename().string()).diagnostics) {
      EXPECT_TRUE(explain_page(d.id)) << d.id;
    }
  }
}

TEST(Diagnostics, MoreThanTenAreCounted) {
  std::string text = "{\n";
  for (int i = 0; i < 25; ++i) text += "\"x" + std::to_string(i) + "\": 1,\n";
  const std::string all = report(load_text(text + "\"y\": 1 }", "many.json").diagnostics);
  std::size_t shown = 0;
  for (std::size_t at = all.find(": error: "); at != std::string::npos; at = all.find(": error: ", at + 1)) ++shown;
  EXPECT_EQ(shown, 10U);
  EXPECT_THAT(all, testing::EndsWith("\n20 more errors\n"));  // 26 unknown and 4 missing keys
}

}  // namespace
}  // namespace meshgauge::language
