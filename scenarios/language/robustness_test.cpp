/// Whatever bytes a file holds, loading it ends with diagnostics or a scenario. Run under the sanitizers in CI.

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "router/core/rng.hpp"
#include "scenarios/language/load.hpp"
#include "scenarios/language/pages.hpp"
#include "scenarios/language/readers.hpp"

namespace meshgauge::language {
namespace {

std::string sample(const std::string& name) {
  std::ifstream in(MESHGAUGE_SOURCE_DIR "/scenarios/language/testdata/" + name, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// Loads, and checks what must hold for any input.
void check(const std::string& text, const std::string& file) {
  const loaded l = load_text(text, file);
  bool error = false;
  for (const diagnostic& d : l.diagnostics) {
    error = error || d.severity == severity::error;
    ASSERT_TRUE(explain_page(d.id)) << d.id << " has no page";
    ASSERT_FALSE(format(d).empty());
  }
  ASSERT_EQ(l.scenario.has_value(), !error) << text;
}

class Mutations : public testing::TestWithParam<const char*> {};

TEST_P(Mutations, EveryPrefixIsAnswered) {
  const std::string text = sample(GetParam());
  ASSERT_FALSE(text.empty());
  for (std::size_t n = 0; n < text.size(); ++n) check(text.substr(0, n), GetParam());
}

TEST_P(Mutations, EveryDeletedByteIsAnswered) {
  const std::string text = sample(GetParam());
  for (std::size_t i = 0; i < text.size(); ++i) check(std::string(text).erase(i, 1), GetParam());
}

TEST_P(Mutations, RandomReplacementsAreAnswered) {
  const std::string text = sample(GetParam());
  static constexpr std::string_view bytes = "{}[]\":,/*.()=+-$%@ \n\t\\0179xsa\xc3\x80";
  rng r(1);
  for (int i = 0; i < 3000; ++i) {
    std::string mutated = text;
    for (int k = 0; k < 3; ++k) mutated[r.below(mutated.size())] = bytes[r.below(bytes.size())];
    check(mutated, GetParam());
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, Mutations,
                         testing::Values("rolling-deploy.scenario.json", "registry-outage.scenario.json",
                                         "gray-failure.scenario.yaml"),
                         [](const auto& file) { return "File" + std::to_string(file.index); });

TEST(JsonReader, AcceptsExactlyWhatNlohmannAccepts) {
  const std::string text = sample("rolling-deploy.scenario.json");
  static constexpr std::string_view bytes = "{}[]\":,/*.e+-\\u0179 \n\ttrue";
  rng r(2);
  int accepted = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string mutated = text;
    if (i % 3 == 0) mutated[r.below(mutated.size())] = bytes[r.below(bytes.size())];
    if (i % 3 == 1) mutated.erase(r.below(mutated.size()), 1);
    if (i % 3 == 2) mutated.insert(r.below(mutated.size()), 1, bytes[r.below(bytes.size())]);
    if (first_bad_utf8(mutated) != std::string::npos) continue;
    const source src("m.json", mutated);
    sink out(src);
    const bool ours = read_json(out).has_value();
    const bool theirs = nlohmann::json::accept(mutated, true);
    ASSERT_EQ(ours, theirs) << mutated << report(out.take());
    accepted += ours ? 1 : 0;
  }
  EXPECT_GT(accepted, 1000);
  EXPECT_LT(accepted, 4500);
}

TEST(JsonReader, ReadsValuesAsNlohmannDoes) {
  for (const char* s : {R"("a\"\\\/\b\f\n\r\tz")", R"("\u0041\u00e9\u20ac\ud83d\ude00")",
                        "\"gr\xc3\xb6\xc3\x9f"
                        "er\"",
                        R"("")"}) {
    const source src("v.json", s);
    sink out(src);
    const auto n = read_json(out);
    ASSERT_TRUE(n) << s;
    EXPECT_EQ(n->value.value, nlohmann::json::parse(s).get<std::string>());
    EXPECT_EQ(n->value.origin.size(), n->value.value.size());
  }
  for (const char* s : {"0", "-1", "12.5", "1e9", "01", "1.", ".5", "+1", "1e", "--1", "0x10", "1_000"}) {
    EXPECT_EQ(is_json_number(s), nlohmann::json::accept(s)) << s;
  }
}

TEST(Hostile, LargeAndDeepFilesEndSoon) {
  const auto repeated = [](std::string_view s, std::size_t n) {
    std::string r;
    for (std::size_t i = 0; i < n; ++i) r += s;
    return r;
  };
  for (const char* file : {"h.json", "h.yaml"}) {
    for (const char* s : {"[", "{\"a\":", "[1,", "{\"a\":1,", "- ", "? ", "a: b\n", "\"", "/*", "\\", "!", "&a ", "*a ",
                          "| ", "%", "---\n"}) {
      check(repeated(s, 20000), file);
    }
    check("{\"params\": {\"a\": \"" + repeated("x", 60000) + "\"}, \"about\": \"" + repeated("${a}", 20000) + "\"}",
          file);
    check("{\"expect\": [\"" + repeated("(", 100000) + "\"]}", file);
    check("{\"expect\": [\"" + repeated("requests + ", 300) + "requests >= 1\"]}", file);
    check("{\"fleets\": {\"f\": {\"service-time\": \"" + repeated("uniform(", 50000) + "\"}}}", file);
  }
}

}  // namespace
}  // namespace meshgauge::language
