#pragma once
/// Reads OpenMetrics 1.0 text as strictly as a scraper would, and says everything that is wrong with it. Covers what
/// this program can get wrong: order and number of metadata lines, names, labels and escapes, suffixes by type,
/// interleaved or repeated samples, histograms that contradict themselves, and the end.

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace meshgauge::serve {

struct open_metrics_text {
  std::vector<std::string> problems;
  std::map<std::string, double> samples;     ///< by name with labels, as written
  std::map<std::string, std::string> types;  ///< by family

  /// All samples of that name whose labels contain `part`.
  double sum(std::string_view name, std::string_view part = {}) const {
    double total = 0;
    for (const auto& [key, value] : samples) {
      if (key.substr(0, key.find('{')) == name && key.find(part) != std::string::npos) total += value;
    }
    return total;
  }
};

class open_metrics_checker {
 public:
  static open_metrics_text read(std::string_view text) {
    open_metrics_checker c;
    c.all(text);
    return std::move(c.out_);
  }

 private:
  static bool is_name(std::string_view s, bool colon) {
    if (s.empty() || (s[0] >= '0' && s[0] <= '9')) return false;
    for (const char c : s) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
      if (!letter && !(colon && c == ':')) return false;
    }
    return true;
  }
  void wrong(std::string_view line, std::string_view why) { out_.problems.push_back(fmt::format("{}: {}", why, line)); }

  void all(std::string_view text) {
    if (!text.ends_with("\n")) wrong("", "the text does not end with a newline");
    bool ended = false;
    while (!text.empty()) {
      const auto end = text.find('\n');
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      if (ended) wrong(line, "a line behind # EOF");
      if (line == "# EOF") {
        ended = true;
      } else if (line.empty()) {
        wrong(line, "an empty line");
      } else if (line[0] == '#') {
        metadata(line);
      } else {
        sample(line);
      }
    }
    if (!ended) wrong("", "no # EOF");
    finish_family();
  }

  void metadata(std::string_view line) {
    const auto kind_end = line.find(' ', 2), name_end = line.find(' ', kind_end + 1);
    if (!line.starts_with("# ") || kind_end == std::string_view::npos || name_end == std::string_view::npos)
      return wrong(line, "no metadata");
    const std::string kind(line.substr(2, kind_end - 2)), name(line.substr(kind_end + 1, name_end - kind_end - 1));
    const std::string_view value = line.substr(name_end + 1);
    if (!is_name(name, true)) wrong(line, "no name of a family");
    if (name != family_) {
      finish_family();
      if (!families_.insert(name).second) wrong(line, "a family that was begun before");
      family_ = name;
      seen_.clear();
      has_samples_ = false;
      type_ = "unknown";
    }
    if (has_samples_) wrong(line, "metadata behind samples");
    if (!seen_.insert(kind).second) wrong(line, "the same metadata twice");
    if (kind == "TYPE") {
      type_ = value;
      out_.types[name] = type_;
      if (type_ != "counter" && type_ != "gauge" && type_ != "histogram" && type_ != "info") wrong(line, "no type");
    } else if (kind == "UNIT") {
      if (!name.ends_with("_" + std::string(value))) wrong(line, "the name does not end with its unit");
    } else if (kind == "HELP") {
      escapes(line, value, false);
    } else {
      wrong(line, "no such metadata");
    }
  }

  void escapes(std::string_view line, std::string_view text, bool quotes) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (quotes && text[i] == '"') wrong(line, "a quote that is not escaped");
      if (text[i] != '\\') continue;
      ++i;
      if (i >= text.size() || (text[i] != '\\' && text[i] != '"' && text[i] != 'n')) wrong(line, "no such escape");
    }
  }

  void sample(std::string_view line) {
    const auto name_end = line.find_first_of("{ ");
    const std::string name(line.substr(0, name_end));
    if (!is_name(name, true)) return wrong(line, "no name");
    std::size_t at = name.size();
    std::map<std::string, std::string> labels;
    if (at < line.size() && line[at] == '{') {
      do {
        ++at;
        const auto equals = line.find("=\"", at);
        if (equals == std::string_view::npos) return wrong(line, "no label");
        const std::string label(line.substr(at, equals - at));
        std::size_t end = equals + 2;
        while (end < line.size() && line[end] != '"') end += line[end] == '\\' ? 2 : 1;
        if (end >= line.size()) return wrong(line, "a label without end");
        const std::string value(line.substr(equals + 2, end - equals - 2));
        if (!is_name(label, false) || label.starts_with("__")) wrong(line, "no name of a label");
        escapes(line, value, true);
        if (!labels.emplace(label, value).second) wrong(line, "a label twice");
        at = end + 1;
      } while (at < line.size() && line[at] == ',');
      if (at >= line.size() || line[at] != '}') return wrong(line, "labels without end");
      ++at;
    }
    if (at >= line.size() || line[at] != ' ') return wrong(line, "no blank before the value");
    const std::string_view number = line.substr(at + 1);
    double value = 0;
    const auto [rest, ec] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (ec != std::errc() || rest != number.data() + number.size()) return wrong(line, "no number");
    if (!out_.samples.emplace(std::string(line.substr(0, at)), value).second) wrong(line, "a sample twice");
    has_samples_ = true;
    belongs(line, name, labels, value);
  }

  void belongs(std::string_view line, const std::string& name, std::map<std::string, std::string>& labels,
               double value) {
    if (!name.starts_with(family_)) return wrong(line, "a sample of another family");
    const std::string suffix = name.substr(family_.size());
    if (type_ == "counter" && (suffix != "_total" || value < 0)) wrong(line, "no sample of a counter");
    if (type_ == "gauge" && !suffix.empty()) wrong(line, "no sample of a gauge");
    if (type_ == "info" && (suffix != "_info" || value != 1)) wrong(line, "no sample of an info");
    if (type_ != "histogram") return;
    const std::string le = labels.contains("le") ? labels["le"] : "";
    labels.erase("le");
    std::string series;
    for (const auto& [l, v] : labels) series += l + "=" + v + ",";
    if (series != series_) {
      finish_series();
      if (!all_series_.insert(family_ + series).second) wrong(line, "series that are interleaved");
      series_ = series;
    }
    if (suffix == "_bucket") {
      double bound = 0;
      const bool infinite = le == "+Inf";
      const auto read = std::from_chars(le.data(), le.data() + le.size(), bound);
      if (!infinite && (read.ec != std::errc() || le.find('.') == std::string::npos)) wrong(line, "no bound");
      if (infinite_) wrong(line, "a bucket behind +Inf");
      if (!infinite && bound <= bound_) wrong(line, "bounds that do not grow");
      if (value < bucket_) wrong(line, "buckets that shrink");
      bound_ = bound, bucket_ = value, infinite_ = infinite;
    } else if (suffix == "_count") {
      count_ = value;
    } else if (suffix != "_sum") {
      wrong(line, "no sample of a histogram");
    }
  }

  void finish_series() {
    if (!series_.empty() && (!infinite_ || count_ != bucket_)) wrong(series_, "+Inf and _count differ");
    series_.clear();
    bound_ = -1, bucket_ = 0, infinite_ = false, count_ = -1;
  }
  void finish_family() {
    finish_series();
    if (!family_.empty() && !seen_.contains("TYPE")) wrong(family_, "a family without type");
  }

  open_metrics_text out_;
  std::set<std::string> families_, seen_, all_series_;
  std::string family_, type_, series_;
  bool has_samples_ = false, infinite_ = false;
  double bound_ = -1, bucket_ = 0, count_ = -1;
};

}  // namespace meshgauge::serve
