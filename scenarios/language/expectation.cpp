#include "scenarios/language/expectation.hpp"

#include <algorithm>

#include "scenarios/language/expression.hpp"
#include "scenarios/language/lint.hpp"
#include "scenarios/language/values.hpp"

namespace meshgauge::language {
namespace {

using scenarios::comparison;
using scenarios::expectation;
using scenarios::scope;

constexpr std::size_t text_max = 4096;

class reader {
 public:
  reader(context& c, slice s, const surroundings& around)
      : c_(c), all_(s.trimmed()), around_(around), tokens_(tokenize(all_)) {}

  std::optional<expectation> read() {
    e_.text = all_.str();
    if (tokens_.empty()) {
      c_.error(all_, "expectation-form", "an expectation is empty", {form});
      return std::nullopt;
    }
    auto left = read_sum(c_, tokens_, position_, around_);
    if (!left || !read_comparison()) return std::nullopt;
    auto right = read_sum(c_, tokens_, position_, around_);
    if (!right) return std::nullopt;
    // Go on after a mistake in the units: the scope may hold another one.
    const bool settled = settle(c_, *left, *right);
    if (!read_scope() || !settled) return std::nullopt;
    e_.left = left->terms;
    e_.right = right->terms;
    if (!same(*left, *right) || !assign_variants(*left, *right)) return std::nullopt;
    if (!c_.out.failed()) lint_expectation(c_, e_, *left, *right, around_);
    return std::move(e_);
  }

 private:
  static constexpr const char* form =
      "it is written METRIC <= LIMIT during WINDOW, as in \"status.5xx == 0 during steady\"";

  bool at_end() const { return position_ >= tokens_.size(); }
  std::string_view here() const { return at_end() ? std::string_view{} : tokens_[position_].view(); }
  slice last() const { return tokens_[std::min(position_, tokens_.size()) - 1]; }

  bool read_comparison() {
    static constexpr std::pair<std::string_view, comparison> known[] = {{"==", comparison::eq}, {"!=", comparison::ne},
                                                                        {"<", comparison::lt},  {"<=", comparison::le},
                                                                        {">", comparison::gt},  {">=", comparison::ge}};
    for (const auto& [text, value] : known) {
      if (here() != text) continue;
      e_.compare = value;
      ++position_;
      return true;
    }
    if (at_end()) return c_.error_inside(last(), "expectation-form", "a comparison is missing after this", {form});
    std::vector<std::string> notes{"comparisons: == != < <= > >="};
    if (here() == "=") notes = {"\"is equal\" is written =="};
    return c_.error_inside(tokens_[position_], "expectation-form",
                           fmt::format("a comparison is expected here, not \"{}\"", here()), std::move(notes));
  }

  bool missing(std::string_view what) {
    if (at_end()) return c_.error_inside(last(), "expectation-form", fmt::format("{} is missing after this", what));
    return c_.error_inside(tokens_[position_], "expectation-form",
                           fmt::format("{} is expected here, not \"{}\"", what, here()));
  }

  bool word(std::string_view w) {
    if (here() != w) return missing(fmt::format("\"{}\"", w));
    ++position_;
    return true;
  }

  bool window(std::string& to) {
    if (at_end()) return missing("the name of a window");
    if (!read_window(c_, tokens_[position_], around_.windows)) return false;
    to = here();
    ++position_;
    return true;
  }

  bool span_of_time(duration& to) {
    if (at_end()) return missing("a duration");
    const auto d = read_time(c_, tokens_[position_], "a slice", true);
    if (!d) return false;
    to = *d;
    ++position_;
    return true;
  }

  /// An instant: everything up to `stop` or the end.
  bool instant(std::string_view stop, scenarios::moment& to) {
    const std::size_t first = position_;
    while (!at_end() && (stop.empty() || here() != stop)) ++position_;
    if (position_ == first) return missing("a moment");
    const slice s(*all_.of(), tokens_[first].begin(), tokens_[position_ - 1].end());
    const auto m = read_moment(c_, s, around_.windows, false, "a moment");
    if (!m) return false;
    to = *m;
    const auto time = around_.windows.time(to);
    const auto end = around_.scenario.end().time_since_epoch();
    if (time && around_.windows.phases_known() && *time > end) {
      return c_.error_inside(
          s, "after-the-end",
          fmt::format("this moment is at {:g}s, but the phases end at {:g}s", to_seconds(*time), to_seconds(end)));
    }
    if (time && *time < duration::zero()) {
      return c_.error_inside(s, "before-the-start",
                             fmt::format("this moment is {:g}s before the beginning", -to_seconds(*time)));
    }
    return true;
  }

  bool read_scope() {
    if (at_end()) return true;
    scope& s = e_.scope;
    const slice first = tokens_[position_];
    const std::string_view keyword = here();
    ++position_;
    if (keyword == "during") {
      s.what = scope::kind::window;
      if (!window(s.window)) return false;
    } else if (keyword == "from") {
      s.what = scope::kind::span;
      s.has_from = s.has_to = true;
      if (!instant("to", s.from) || !word("to") || !instant({}, s.to)) return false;
    } else if (keyword == "in") {
      s.what = scope::kind::every;
      if (!word("every") || !span_of_time(s.slice) || !word("of") || !window(s.window)) return false;
      if (here() == "from") {
        ++position_;
        s.has_from = true;
        if (!instant({}, s.from)) return false;
      }
    } else if (keyword == "within") {
      s.what = scope::kind::within;
      s.has_from = true;
      if (!span_of_time(s.slice) || !word("after") || !instant("until", s.from)) return false;
      if (here() == "until") {
        ++position_;
        s.has_to = true;
        if (!instant({}, s.to)) return false;
      }
    } else {
      static const std::vector<std::string> keywords{"during", "from", "in", "within"};
      auto notes = guess(keyword, keywords);
      notes.emplace_back("when: during W, from A to B, in every 1s of W, within 5s after A");
      return c_.error_inside(first, "expectation-form", fmt::format("\"{}\" is not expected here", keyword),
                             std::move(notes));
    }
    if (!at_end())
      return c_.error_inside(tokens_[position_], "expectation-form",
                             fmt::format("\"{}\" is not expected here", here()));
    return scope_holds_time(slice(*all_.of(), first.begin(), all_.end()));
  }

  /// An empty scope would be green whatever happens.
  bool scope_holds_time(slice at) {
    const scope& s = e_.scope;
    const auto& w = around_.windows;
    std::optional<duration> begin, end;
    if (s.what == scope::kind::span) {
      begin = w.time(s.from), end = w.time(s.to);
    } else if (s.what == scope::kind::every) {
      begin = s.has_from ? w.time(s.from) : w.start(s.window);
      end = w.end(s.window);
    } else if (s.what == scope::kind::within) {
      begin = w.time(s.from);
      if (begin) *begin += s.slice;
      end = s.has_to ? w.time(s.to) : std::optional(around_.scenario.end().time_since_epoch());
    } else if (s.what == scope::kind::window) {
      begin = w.start(s.window), end = w.end(s.window);
    }
    if (!begin || !end) return true;
    if (*begin >= *end) {
      return c_.error_inside(at, "empty-scope",
                             fmt::format("this holds no time: it would begin at {:g}s and end at {:g}s",
                                         to_seconds(*begin), to_seconds(*end)));
    }
    if (s.what == scope::kind::every && s.slice > *end - *begin) {
      return c_.error_inside(
          at, "empty-scope",
          fmt::format("a slice of {:g}s does not fit into {:g}s", to_seconds(s.slice), to_seconds(*end - *begin)));
    }
    return true;
  }

  /// `latency.p99 <= latency.p99` says nothing.
  bool same(const sided& left, const sided& right) {
    if (left.selectors.size() != 1 || right.selectors.size() != 1) return true;
    const auto only = [](const sided& s) {
      return *std::find_if(s.terms.begin(), s.terms.end(),
                           [](const auto& t) { return t.op == scenarios::term::kind::selector; });
    };
    const scenarios::selector a = only(left).selector, b = only(right).selector;
    const bool equal = a.metric == b.metric && a.window == b.window && a.variant == b.variant &&
                       (a.on ? a.on->text : "") == (b.on ? b.on->text : "");
    if (!equal) return true;
    return c_.error_inside(
        right.selectors.front(), "compares-itself",
        fmt::format("\"{}\" is compared with itself", right.selectors.front().view()),
        {a.variant.empty() ? "another window is named with @: latency.p99@steady" : "name two different variants"});
  }

  bool assign_variants(const sided& left, const sided& right) {
    std::vector<std::string> named;
    slice unqualified;
    std::size_t selector = 0;
    std::vector<slice> selectors = left.selectors;
    selectors.insert(selectors.end(), right.selectors.begin(), right.selectors.end());
    for (const auto* side : {&left, &right}) {
      for (const scenarios::term& t : side->terms) {
        if (t.op != scenarios::term::kind::selector) continue;
        if (t.selector.variant.empty()) {
          unqualified = selectors[selector];
        } else if (std::find(named.begin(), named.end(), t.selector.variant) == named.end()) {
          named.push_back(t.selector.variant);
        }
        ++selector;
      }
    }
    const auto& variants = around_.scenario.variants;
    if (named.empty()) {
      for (unsigned i = 0; i < variants.size(); ++i) e_.variants.push_back(i);
      return true;
    }
    e_.compares_variants = named.size() > 1;
    if (e_.compares_variants && unqualified.of() != nullptr) {
      return c_.error_inside(unqualified, "which-variant",
                             fmt::format("which variant's \"{}\" is meant? This expectation names {}",
                                         unqualified.view(), fmt::join(named, " and ")),
                             {fmt::format("write \"{}.{}\"", named.front(), unqualified.view())});
    }
    for (unsigned i = 0; i < variants.size(); ++i) {
      if (variants[i].name == named.front()) e_.variants.push_back(i);
    }
    return true;
  }

  context& c_;
  slice all_;
  const surroundings& around_;
  std::vector<slice> tokens_;
  std::size_t position_ = 0;
  expectation e_;
};

}  // namespace

std::optional<expectation> read_expectation(context& c, slice s, const surroundings& around) {
  if (s.size() > text_max) {
    c.error(s, "too-large", fmt::format("an expectation of more than {} characters", text_max));
    return std::nullopt;
  }
  return reader(c, s, around).read();
}

}  // namespace meshgauge::language
