#pragma once
/// Text -> node tree: JSON with `//` and `/* */` comments, and YAML.

#include <optional>

#include "scenarios/language/diagnostic.hpp"
#include "scenarios/language/node.hpp"

namespace meshgauge::language {

/// RFC 8259 plus comments. Own reader instead of nlohmann's SAX interface: 3.11 gives no positions, and recovering
/// them means scanning the same text a second time; the tests hold it against nlohmann's parser. It stops at the
/// first syntax error. Duplicate keys are kept.
std::optional<node> read_json(sink& out);

/// YAML 1.2 core as yaml-cpp reads it, one document, without anchors, aliases and tags. Strings that are not quoted
/// and look like JSON numbers, `true`, `false` or `null` are those.
std::optional<node> read_yaml(sink& out);

/// Is `s` a JSON number?
bool is_json_number(std::string_view s);

}  // namespace meshgauge::language
