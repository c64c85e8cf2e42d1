#pragma once
/// From the text of one value to the value: quantities, and everything in the call form. Each reader reports what is
/// wrong and returns nothing then. `label` is what the reader of the message knows the value by: its key.

#include <optional>

#include "scenarios/language/context.hpp"
#include "scenarios/language/units.hpp"

namespace meshgauge::language {

std::optional<measured> read_quantity(context& c, slice s, unit_kind want, std::string_view label);
std::optional<duration> read_time(context& c, slice s, std::string_view label, bool positive = false);
std::optional<double> read_share(context& c, slice s, std::string_view label);
std::optional<double> read_rate(context& c, slice s, std::string_view label);
std::optional<double> read_factor(context& c, slice s, std::string_view label);
std::optional<double> read_bandwidth(context& c, slice s, std::string_view label);
std::optional<double> read_number(context& c, slice s, std::string_view label, double least, double most);
std::optional<unsigned> read_count(context& c, slice s, std::string_view label, double least, double most);

std::optional<distribution> read_distribution(context& c, slice s, std::string_view label);
std::optional<scenarios::arrivals_config> read_arrivals(context& c, slice s);
std::optional<scenarios::discovery_config> read_discovery(context& c, slice s);
std::optional<scenarios::balance> read_balance(context& c, slice s);
std::optional<scenarios::retry_config> read_retry(context& c, slice s);
std::optional<scenarios::pool_config> read_pool(context& c, slice s);
std::optional<scenarios::fault> read_fault(context& c, slice s);
std::optional<scenarios::shutdown_step> read_step(context& c, slice s);

/// A word of a known few.
std::optional<std::size_t> read_choice(context& c, slice s, std::string_view label,
                                       std::span<const std::string> choices);

}  // namespace meshgauge::language
