#pragma once
/// Text in the OpenMetrics 1.0 format. Writes families in the order in which they are begun; the format's rules that
/// can be broken by a caller (a unit that ends no name, a suffix of the wrong kind, samples of two families mixed) are
/// kept here. Specification: prometheus/OpenMetrics, specification/OpenMetrics.md.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace meshgauge::serve {

class open_metrics {
 public:
  static constexpr std::string_view content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
  enum class kind { counter, gauge, histogram, info };
  using labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// \param unit  the name's ending ("seconds"), or empty.
  void family(std::string_view name, kind what, std::string_view unit, std::string_view help);
  /// Of the family begun last. Counters get `_total`, infos `_info`.
  void sample(labels l, std::uint64_t value);
  void sample(labels l, double value);
  /// Of a histogram: a suffix of its own, `_bucket`, `_sum` or `_count`.
  void part(std::string_view suffix, labels l, std::string_view value);

  /// Ends the text.
  std::string finish();

 private:
  void line(std::string_view suffix, labels l, std::string_view value);
  std::string_view suffix() const;

  std::string text_, name_;
  kind kind_ = kind::gauge;
};

/// As the format wants floats: "0.25", "1.0"; no locale, shortest that reads back.
std::string float_text(double value);

}  // namespace meshgauge::serve
