#pragma once
/// What an expectation can ask for.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meshgauge::language {

/// How a metric is read. `counted` ones are read as a count, a share of the requests or a rate, as the unit on the
/// other side of the comparison says.
enum class measure { count, counted, rate, share, factor, time };

struct metric_part {
  std::string_view name;  ///< behind the dot; "" for the root alone; "pNN", "NNN", "NAME" stand for many
  measure kind = measure::count;
  bool average = false;  ///< of whole things, so that fractions make sense
};

struct metric_row {
  std::string_view root;
  std::vector<metric_part> parts;
  bool takes_target = false;
  std::string_view noun;  ///< what is counted: "response"
  std::string_view doc;
};

std::span<const metric_row> metrics();
const metric_row* find_metric(std::string_view root);
std::vector<std::string> metric_roots();

/// The part of `row` that `name` is; null when there is none. Knows percentiles, statuses and names of causes; the
/// name of a version is for the caller to check.
const metric_part* find_part(const metric_row& row, std::string_view name);
/// For did-you-mean: every part, with percentiles and names spelled out.
std::vector<std::string> part_names(const metric_row& row);
/// "p99.9" -> 0.999.
std::optional<double> percentile(std::string_view part);

std::string_view name_of(measure kind);

}  // namespace meshgauge::language
