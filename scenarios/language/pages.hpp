#pragma once
/// What `meshgauge list`, `describe`, `explain` and `schema` print, and the reference part of the manual. All of it
/// comes from the tables.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meshgauge::language {

/// "metrics", "faults", "distributions", "arrivals", "policies", "expectations", "verbs", "keys", "errors".
std::vector<std::string> list_kinds();
/// Empty for a kind that is none.
std::string list_page(std::string_view kind);

/// One page about any name: a key, a verb, a metric, a fault, a policy, ...
std::optional<std::string> describe_page(std::string_view name);
/// Every name that has a page, for did-you-mean and completions.
std::vector<std::string> described_names();

/// One page about an error id or a cause.
std::optional<std::string> explain_page(std::string_view id);
std::vector<std::string> explained_ids();

/// JSON Schema, draft 7, for editors. It knows keys and kinds; `validate` knows the rest.
std::string json_schema();

/// The reference in Markdown.
std::string reference();

}  // namespace meshgauge::language
