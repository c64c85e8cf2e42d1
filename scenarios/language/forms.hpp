#pragma once
/// Everything that is written `name(value, key=value)`: distributions, arrivals, discovery, balancing, retries, pools,
/// faults. One table, read by the reader of values, by `list` and `describe` and by the manual.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meshgauge::language {

enum class takes { time, share, rate, factor, count, status, path, word, words, distribution, outage, amount };

struct parameter {
  std::string_view name;  ///< key; of a positional value what it is
  takes what = takes::time;
  bool positional = false;
  bool required = false;
  std::string_view standard = {};
  std::vector<std::string> choices = {};  ///< of words
};

struct form {
  std::string_view group;  ///< "distribution", "arrivals", "discovery", "outage", "balance", "retry", "pool", "fault"
  std::string_view name;
  std::vector<parameter> parameters;
  std::string_view example;
  std::string_view doc;
};

std::span<const form> forms();
const form* find_form(std::string_view group, std::string_view name);
std::vector<std::string> form_names(std::string_view group);

}  // namespace meshgauge::language
