#include "scenarios/language/expression.hpp"

#include "scenarios/language/units.hpp"

namespace meshgauge::language {
namespace {

using scenarios::reading;
using scenarios::term;

constexpr std::size_t brackets_max = 32;

/// Gives the open terms their reading.
void close(sided& s, unit as) {
  const reading r = as == unit::share ? reading::share : as == unit::rate ? reading::rate : reading::count;
  for (std::size_t i : s.open) s.terms[i].read = r;
  s.open.clear();
  if (s.unit == unit::counted) s.unit = as == unit::share || as == unit::rate ? as : unit::count;
}

bool counting(unit u) {
  return u == unit::count || u == unit::counted;
}

slice around_both(const sided& a, const sided& b) {
  return {*a.at.of(), a.at.begin(), b.at.end()};
}

std::optional<unit> sum_unit(sided& a, sided& b) {
  if (a.unit == b.unit) return a.unit;
  if (a.unit == unit::number && counting(b.unit)) return b.unit;
  if (b.unit == unit::number && counting(a.unit)) return a.unit;
  for (sided* open : {&a, &b}) {
    sided& other = open == &a ? b : a;
    if (open->unit != unit::counted ||
        (other.unit != unit::share && other.unit != unit::rate && other.unit != unit::count))
      continue;
    close(*open, other.unit);
    return other.unit;
  }
  return std::nullopt;
}

std::optional<unit> product_unit(sided& a, sided& b) {
  if (a.unit == unit::number) return b.unit;
  if (b.unit == unit::number || b.unit == unit::share) return a.unit;
  if (a.unit == unit::share) return b.unit;
  if ((a.unit == unit::rate && b.unit == unit::time) || (a.unit == unit::time && b.unit == unit::rate))
    return unit::count;
  return std::nullopt;
}

std::optional<unit> quotient_unit(sided& a, sided& b) {
  if (b.unit == unit::number) return a.unit;
  if (a.unit == b.unit || (counting(a.unit) && counting(b.unit))) {
    close(a, unit::count), close(b, unit::count);
    return unit::number;
  }
  if (counting(a.unit) && b.unit == unit::time) {
    close(a, unit::count);
    return unit::rate;
  }
  return std::nullopt;
}

bool combine(context& c, sided& left, sided right, char op) {
  const slice both = around_both(left, right);
  const auto u = op == '*' ? product_unit(left, right) : op == '/' ? quotient_unit(left, right) : sum_unit(left, right);
  if (!u) {
    const std::string_view word = op == '*' ? "times" : op == '/' ? "divided by" : op == '+' ? "plus" : "minus";
    return c.error_inside(both, "unit-arithmetic",
                          fmt::format("{} {} {} has no meaning here", article(left.unit), word, article(right.unit)));
  }
  const std::size_t shift = left.terms.size();
  for (std::size_t i : right.open) left.open.push_back(i + shift);
  left.terms.insert(left.terms.end(), right.terms.begin(), right.terms.end());
  left.selectors.insert(left.selectors.end(), right.selectors.begin(), right.selectors.end());
  term t;
  t.op = op == '*'   ? term::kind::multiply
         : op == '/' ? term::kind::divide
         : op == '+' ? term::kind::add
                     : term::kind::subtract;
  left.terms.push_back(t);
  left.unit = *u;
  left.at = both;
  left.literal = false;
  left.metric = nullptr;
  return true;
}

std::optional<sided> read_literal(context& c, slice word) {
  const auto m = parse_quantity(word.view());
  if (!m) {
    c.error_inside(word, "not-a-quantity", fmt::format("\"{}\" is no quantity", word.view()),
                   {"quantities: 10, 0.1%, 5/s, 250ms, 1.5x"});
    return std::nullopt;
  }
  sided s;
  s.at = word;
  s.literal = true;
  s.value = m->value;
  s.whole = m->whole;
  term t;
  t.op = term::kind::quantity;
  t.quantity.value = m->value;
  using kind = scenarios::quantity::unit;
  switch (m->kind) {
    case unit_kind::count:
      s.unit = unit::number, t.quantity.kind = kind::count;
      break;
    case unit_kind::factor:
      s.unit = unit::number, t.quantity.kind = kind::factor;
      break;
    case unit_kind::time:
      s.unit = unit::time, t.quantity.kind = kind::time;
      break;
    case unit_kind::share:
      s.unit = unit::share, t.quantity.kind = kind::share;
      break;
    case unit_kind::rate:
      s.unit = unit::rate, t.quantity.kind = kind::rate;
      break;
    default:
      c.error_inside(word, "wrong-unit", fmt::format("nothing is measured in \"{}\"", m->unit));
      return std::nullopt;
  }
  s.terms.push_back(t);
  return s;
}

class parser {
 public:
  parser(context& c, const std::vector<slice>& tokens, std::size_t& position, const surroundings& around)
      : c_(c), tokens_(tokens), position_(position), around_(around) {}

  std::optional<sided> sum(std::size_t depth) {
    return chain(depth, "+-", [&](std::size_t d) { return product(d); });
  }

 private:
  std::string_view here() const { return position_ < tokens_.size() ? tokens_[position_].view() : std::string_view{}; }

  template <class Operand>
  std::optional<sided> chain(std::size_t depth, std::string_view operators, Operand operand) {
    auto left = operand(depth);
    while (left && here().size() == 1 && operators.find(here()[0]) != std::string_view::npos) {
      const char op = here()[0];
      ++position_;
      auto right = operand(depth);
      if (!right || !combine(c_, *left, std::move(*right), op)) return std::nullopt;
    }
    return left;
  }

  std::optional<sided> product(std::size_t depth) {
    return chain(depth, "*/", [&](std::size_t d) { return factor(d); });
  }

  std::optional<sided> factor(std::size_t depth) {
    const std::string_view v = here();
    const auto missing = [&](std::string_view what) {
      const slice last = position_ > 0 ? tokens_[std::min(position_, tokens_.size()) - 1] : slice();
      if (v.empty() && last.of() != nullptr) {
        c_.error_inside(last, "expectation-form", fmt::format("{} is missing after this", what));
      } else {
        c_.error_inside(tokens_[position_], "expectation-form",
                        fmt::format("{} is expected here, not \"{}\"", what, v));
      }
      return std::nullopt;
    };
    static constexpr std::string_view operators = "+-*/()<>=!";
    if (v.empty() || (v != "(" && operators.find(v[0]) != std::string_view::npos))
      return missing("a metric or a quantity");
    const slice word = tokens_[position_++];
    if (v == "(") {
      if (depth >= brackets_max) {
        c_.error_inside(word, "expectation-form", "too many brackets inside each other");
        return std::nullopt;
      }
      auto inside = sum(depth + 1);
      if (!inside) return std::nullopt;
      if (here() != ")") {
        c_.error_inside(word, "expectation-form", "this bracket is never closed");
        return std::nullopt;
      }
      inside->at = slice(*word.of(), word.begin(), tokens_[position_].end());
      ++position_;
      return inside;
    }
    if (v[0] >= '0' && v[0] <= '9') return read_literal(c_, word);
    return read_selector(c_, word, around_);
  }

  context& c_;
  const std::vector<slice>& tokens_;
  std::size_t& position_;
  const surroundings& around_;
};

/// A bare number against something that has a unit.
bool unit_missing(context& c, const sided& number, const sided& other) {
  const std::string n = number.literal ? number.at.str() : "";
  std::vector<std::string> notes;
  if (!n.empty() && other.unit == unit::time) notes.push_back(fmt::format("did you mean \"{0}ms\" or \"{0}s\"?", n));
  if (!n.empty() && other.unit == unit::rate) notes.push_back(fmt::format("did you mean \"{}/s\"?", n));
  if (!n.empty() && other.unit == unit::share) {
    notes.push_back(number.value <= 1 && number.value > 0 ? fmt::format("did you mean \"{:g}%\"?", number.value * 100)
                                                          : fmt::format("did you mean \"{}%\"?", n));
  }
  return c.error_inside(
      number.at, "missing-unit",
      fmt::format("\"{}\" is {}, but \"{}\" has no unit", other.at.view(), article(other.unit), number.at.view()),
      std::move(notes));
}

bool check_literal(context& c, const sided& literal, const sided& other) {
  if (!literal.literal) return true;
  const bool average = other.part != nullptr && other.part->average;
  if (literal.unit == unit::number && counting(other.unit) && !literal.whole && !average) {
    const std::string_view noun =
        other.metric != nullptr && !other.metric->noun.empty() ? other.metric->noun : "request";
    const bool vowel = std::string_view("aeiou").find(noun[0]) != std::string_view::npos;
    std::vector<std::string> notes;
    if (!other.open.empty())
      notes.push_back(fmt::format("did you mean \"{0}%\" of all {1}, or \"{0}/s\"?", literal.at.view(),
                                  noun == "retry" ? "requests" : std::string(noun) + "s"));
    return c.error_inside(literal.at, "fractional-count",
                          fmt::format("\"{0}\" reads as a count here, and {0} of {1} {2} cannot happen",
                                      literal.at.view(), vowel ? "an" : "a", noun),
                          std::move(notes));
  }
  const bool may_exceed =
      other.metric != nullptr && (other.metric->root == "retries" || other.metric->root == "attempts");
  if (literal.unit == unit::share && literal.value > 1 && other.metric != nullptr && !may_exceed) {
    return c.error_inside(literal.at, "impossible-limit", fmt::format("{} is more than all", literal.at.view()));
  }
  return true;
}

}  // namespace

std::string_view article(unit u) {
  switch (u) {
    case unit::number:
      return "a number";
    case unit::count:
    case unit::counted:
      return "a count";
    case unit::share:
      return "a share";
    case unit::rate:
      return "a rate";
    case unit::time:
      return "a duration";
  }
  return "";
}

std::vector<slice> tokenize(slice s) {
  std::vector<slice> result;
  const std::string_view v = s.view();
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  const auto sign = [](char c) { return c == '<' || c == '>' || c == '=' || c == '!'; };
  for (std::size_t i = 0; i < v.size();) {
    if (blank(v[i])) {
      ++i;
      continue;
    }
    std::size_t j = i + 1;
    if (sign(v[i])) {
      while (j < v.size() && j < i + 2 && sign(v[j])) ++j;
    } else if (v[i] != '(' && v[i] != ')') {
      while (j < v.size() && !blank(v[j]) && !sign(v[j]) && v[j] != '(' && v[j] != ')') ++j;
    }
    result.push_back(s.sub(i, j - i));
    i = j;
  }
  return result;
}

std::optional<sided> read_sum(context& c, const std::vector<slice>& tokens, std::size_t& position,
                              const surroundings& around) {
  return parser(c, tokens, position, around).sum(0);
}

bool settle(context& c, sided& left, sided& right) {
  if (left.selectors.empty() && right.selectors.empty()) {
    return c.error_inside(around_both(left, right), "no-metric", "nothing measured stands on either side",
                          {"an expectation compares a metric: \"status.5xx == 0\""});
  }
  if (!check_literal(c, left, right) || !check_literal(c, right, left)) return false;
  if (counting(left.unit) && counting(right.unit)) {
    close(left, unit::count), close(right, unit::count);
    return true;
  }
  if (left.literal && left.unit == unit::number && !counting(right.unit) && right.unit != unit::number)
    return unit_missing(c, left, right);
  if (right.literal && right.unit == unit::number && !counting(left.unit) && left.unit != unit::number)
    return unit_missing(c, right, left);
  if (sum_unit(left, right)) {
    close(left, unit::count), close(right, unit::count);
    return true;
  }
  const bool blame_left = left.literal;
  const sided &at = blame_left ? left : right, &other = blame_left ? right : left;
  return c.error_inside(at.at, "wrong-unit",
                        fmt::format("\"{}\" is {}, but \"{}\" is {}", other.at.view(), article(other.unit),
                                    at.at.view(), article(at.unit)),
                        other.metric != nullptr && other.metric->root == "requests"
                            ? std::vector<std::string>{"requests per second are called throughput"}
                            : std::vector<std::string>{});
}

}  // namespace meshgauge::language
