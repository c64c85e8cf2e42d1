#include "scenarios/language/values.hpp"

#include <algorithm>
#include <charconv>

#include "scenarios/language/readers.hpp"

namespace meshgauge::language {
namespace {

/// `is 250 "250ms" or "250s"?`
std::string suggestion(std::string_view number, unit_kind want) {
  switch (want) {
    case unit_kind::time:
      return fmt::format("is {0} \"{0}ms\" or \"{0}s\"?", number);
    case unit_kind::rate:
      return fmt::format("is {0} \"{0}/s\" or \"{0}/m\"?", number);
    case unit_kind::bandwidth:
      return fmt::format("is {0} \"{0}KiB/s\" or \"{0}MiB/s\"?", number);
    case unit_kind::size:
      return fmt::format("is {0} \"{0}B\" or \"{0}KiB\"?", number);
    case unit_kind::share:
      return fmt::format("is {0} \"{0}%\"?", number);
    case unit_kind::factor:
      return fmt::format("is {0} \"{0}x\"?", number);
    case unit_kind::count:
      break;
  }
  return "";
}

}  // namespace

std::optional<measured> read_quantity(context& c, slice s, unit_kind want, std::string_view label) {
  s = s.trimmed();
  const auto m = parse_quantity(s.view());
  if (!m) {
    const bool negative = s.view().starts_with('-') && parse_quantity(s.view().substr(1));
    if (negative) {
      c.error(s, "negative", fmt::format("\"{}\" cannot be negative", label));
    } else if (is_json_number(s.view())) {
      c.error(s, "number-form",
              fmt::format("\"{}\" is a plain decimal number, but \"{}\" has an exponent", label, s.view()));
    } else {
      c.error(s, "not-a-quantity", fmt::format("\"{}\" is {}, but \"{}\" is none", label, article(want), s.view()),
              {fmt::format("write it as {}", examples(want))});
    }
    return std::nullopt;
  }
  if (m->kind == want) return m;
  if (m->kind == unit_kind::count) {
    c.error(s, "missing-unit", fmt::format("{} needs a unit: {}", label, suggestion(m->number, want)),
            {fmt::format("a plain number is always a count; {} is written {}", article(want), examples(want))});
  } else {
    c.error(s, "wrong-unit",
            fmt::format("\"{}\" is {}, but \"{}\" is {}", label, article(want), s.view(), article(m->kind)),
            {fmt::format("write it as {}", examples(want))});
  }
  return std::nullopt;
}

std::optional<duration> read_time(context& c, slice s, std::string_view label, bool positive) {
  const auto m = read_quantity(c, s, unit_kind::time, label);
  if (!m) return std::nullopt;
  if (m->value > seconds_max) {
    c.error(s, "out-of-range", fmt::format("\"{}\" is longer than 1000 hours", label));
    return std::nullopt;
  }
  const duration d = to_duration(m->value);
  if (positive && d <= duration::zero()) {
    c.error(s, "out-of-range", fmt::format("\"{}\" must be longer than zero", label));
    return std::nullopt;
  }
  return d;
}

std::optional<double> read_share(context& c, slice s, std::string_view label) {
  const auto m = read_quantity(c, s, unit_kind::share, label);
  if (!m) return std::nullopt;
  if (m->value > 1) {
    c.error(s, "out-of-range", fmt::format("\"{}\" is a share, and {} is more than all", label, s.view()));
    return std::nullopt;
  }
  return m->value;
}

std::optional<double> read_rate(context& c, slice s, std::string_view label) {
  const auto m = read_quantity(c, s, unit_kind::rate, label);
  if (!m) return std::nullopt;
  if (m->value <= 0 || m->value > 1e7) {
    c.error(s, "out-of-range", fmt::format("\"{}\" must be above zero and at most 10000000/s", label));
    return std::nullopt;
  }
  return m->value;
}

std::optional<double> read_factor(context& c, slice s, std::string_view label) {
  const auto m = read_quantity(c, s, unit_kind::factor, label);
  if (!m) return std::nullopt;
  if (m->value > 1e6) {
    c.error(s, "out-of-range", fmt::format("\"{}\" is at most 1000000x", label));
    return std::nullopt;
  }
  return m->value;
}

std::optional<double> read_bandwidth(context& c, slice s, std::string_view label) {
  if (s.view() == "unlimited") return 0;
  const auto m = read_quantity(c, s, unit_kind::bandwidth, label);
  if (!m) return std::nullopt;
  if (m->value < 1) {
    c.error(s, "out-of-range", fmt::format("\"{}\" must be above zero", label), {"no limit is written \"unlimited\""});
    return std::nullopt;
  }
  return m->value;
}

std::optional<double> read_number(context& c, slice s, std::string_view label, double least, double most) {
  s = s.trimmed();
  double value = 0;
  const std::string_view v = s.view();
  const auto read = std::from_chars(v.data(), v.data() + v.size(), value);
  if (!is_json_number(v) || read.ec != std::errc{}) {
    c.error(s, "not-a-quantity", fmt::format("\"{}\" is a number, but \"{}\" is none", label, v));
    return std::nullopt;
  }
  if (value < least || value > most) {
    c.error(s, "out-of-range", fmt::format("\"{}\" is between {} and {}", label, least, most));
    return std::nullopt;
  }
  return value;
}

std::optional<unsigned> read_count(context& c, slice s, std::string_view label, double least, double most) {
  const auto m = read_quantity(c, s, unit_kind::count, label);
  if (!m) return std::nullopt;
  if (!m->whole) {
    c.error(s, "out-of-range", fmt::format("\"{}\" is a count, and {} is no whole number", label, m->number));
    return std::nullopt;
  }
  if (m->value < least || m->value > most) {
    c.error(s, "out-of-range", fmt::format("\"{}\" is between {:.0f} and {:.0f}", label, least, most));
    return std::nullopt;
  }
  return static_cast<unsigned>(m->value);
}

std::optional<std::size_t> read_choice(context& c, slice s, std::string_view label,
                                       std::span<const std::string> choices) {
  s = s.trimmed();
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (choices[i] == s.view()) return i;
  }
  auto notes = guess(s.view(), choices);
  std::string known;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    known += fmt::format("{}\"{}\"", i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ", choices[i]);
  }
  c.error(s, "unknown-choice", fmt::format("\"{}\" is {}, not \"{}\"", label, known, s.view()), std::move(notes));
  return std::nullopt;
}

std::optional<scenarios::shutdown_step> read_step(context& c, slice s) {
  using scenarios::shutdown_verb;
  s = s.trimmed();
  const std::string_view v = s.view();
  const std::size_t blank = std::min(v.find(' '), v.size());
  const slice word = s.sub(0, blank);
  const slice rest = s.sub(blank).trimmed();
  static const std::vector<std::string> verbs{"deregister", "wait", "drain", "exit"};
  const auto it = std::find(verbs.begin(), verbs.end(), word.view());
  if (it == verbs.end()) {
    auto notes = guess(word.view(), verbs);
    notes.emplace_back("known: deregister, wait T, drain T, exit");
    c.error_inside(word, "unknown-step", fmt::format("no shutdown step is called \"{}\"", word.view()),
                   std::move(notes));
    return std::nullopt;
  }
  scenarios::shutdown_step step;
  step.verb = static_cast<shutdown_verb>(it - verbs.begin());
  if (step.verb == shutdown_verb::deregister || step.verb == shutdown_verb::exit) {
    if (rest.empty()) return step;
    c.error_inside(rest, "unknown-step",
                   fmt::format("\"{}\" takes nothing, but here stands \"{}\"", word.view(), rest.view()));
    return std::nullopt;
  }
  if (rest.empty()) {
    c.error(s, "unknown-step", fmt::format("\"{}\" needs a time: \"{} 5s\"", word.view(), word.view()));
    return std::nullopt;
  }
  const std::size_t end = std::min(rest.view().find(' '), rest.size());
  const auto time = read_time(c, rest.sub(0, end), word.view());
  if (!time) return std::nullopt;
  step.time = *time;
  const slice mode = rest.sub(end).trimmed();
  if (mode.empty()) return step;
  static const std::vector<std::string> modes{"refusing", "serving"};
  if (step.verb == shutdown_verb::wait) {
    c.error_inside(mode, "unknown-step",
                   fmt::format("\"wait\" takes a time alone, but here stands \"{}\"", mode.view()));
    return std::nullopt;
  }
  const auto chosen = read_choice(c, mode, "drain", modes);
  if (!chosen) return std::nullopt;
  step.mode = *chosen == 0 ? scenarios::drain_mode::refuse : scenarios::drain_mode::serve;
  return step;
}

}  // namespace meshgauge::language
