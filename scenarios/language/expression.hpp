#pragma once
/// The arithmetic of expectations: tokens, terms and what unit each has.

#include <optional>
#include <vector>

#include "scenarios/language/expectation.hpp"
#include "scenarios/language/metrics.hpp"

namespace meshgauge::language {

/// Words, brackets and comparisons of an expectation.
std::vector<slice> tokenize(slice s);

/// What an expression measures. `number` is a bare number or a factor; `counted` is open until the comparison.
enum class unit { number, count, counted, share, rate, time };
std::string_view article(unit u);

struct sided {
  scenarios::expression terms;
  language::unit unit = unit::number;
  slice at;
  std::vector<std::size_t> open;       ///< terms whose reading the comparison decides
  bool literal = false;                ///< one quantity alone
  double value = 0;                    ///< of the literal
  bool whole = true;                   ///< the literal is a whole number
  const metric_row* metric = nullptr;  ///< of one selector alone
  const metric_part* part = nullptr;
  std::vector<slice> selectors;
};

/// One selector, checked. Sets metric, part, unit.
std::optional<sided> read_selector(context& c, slice word, const surroundings& around);

/// A sum from `tokens[position]` on; the position moves behind it.
std::optional<sided> read_sum(context& c, const std::vector<slice>& tokens, std::size_t& position,
                              const surroundings& around);

/// Units of the two sides against each other; fixes the readings.
bool settle(context& c, sided& left, sided& right);

}  // namespace meshgauge::language
