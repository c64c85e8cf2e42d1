#pragma once
/// JUnit XML in the dialect of Jenkins, which GitHub's actions and GitLab read, too: a suite a variant, a test case an
/// expectation. Broken is a failure; inconclusive is an error, so that it is never green by accident.

#include <string>
#include <string_view>
#include <vector>

#include "harness/judge/verdict.hpp"

namespace meshgauge::reports::junit {

struct options {
  bool allow_inconclusive = false;       ///< inconclusive is `skipped` instead
  std::vector<std::string> attachments;  ///< paths of other reports
};

std::string render(const judge::judged& j, const options& o = {});

/// Without what XML 1.0 forbids: control characters, U+FFFE and U+FFFF, surrogates, and broken UTF-8.
std::string allowed_in_xml(std::string_view text);

}  // namespace meshgauge::reports::junit
