#pragma once
/// Typed reading of a JSON tree that remembers where it is, so that a bad file gets one clear sentence.
///
/// Inside it errors are thrown (`bad_file`), because they end the reading wherever they are found; `load` turns the one
/// that arrives into a value.

#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "router/core/time.hpp"

namespace meshgauge::record {

struct bad_file {
  std::string text;
};

class json_reader {
 public:
  json_reader(const nlohmann::json& at, std::string path) : at_(at), path_(std::move(path)) {}

  [[noreturn]] void fail(std::string_view text) const {
    throw bad_file{path_.empty() ? std::string(text) : fmt::format("{}: {}", path_, text)};
  }
  json_reader operator[](std::string_view key) const {
    if (!at_.is_object()) fail("expected an object");
    const auto it = at_.find(key);
    if (it == at_.end()) fail(fmt::format("\"{}\" is missing", key));
    return {*it, path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key)};
  }
  json_reader operator[](std::size_t i) const {
    if (i >= size()) fail(fmt::format("expected at least {} entries", i + 1));
    return {at_[i], fmt::format("{}[{}]", path_, i)};
  }
  std::size_t size() const {
    if (!at_.is_array()) fail("expected a list");
    return at_.size();
  }
  template <class F>
  void each(F f) const {
    for (std::size_t i = 0, n = size(); i < n; ++i) f((*this)[i]);
  }

  bool is_list() const { return at_.is_array(); }
  bool is_null() const { return at_.is_null(); }

  std::string text() const {
    if (!at_.is_string()) fail("expected a text");
    return at_.get<std::string>();
  }
  bool truth() const {
    if (!at_.is_boolean()) fail("expected true or false");
    return at_.get<bool>();
  }
  double number() const {
    if (!at_.is_number()) fail("expected a number");
    return at_.get<double>();
  }
  template <class T>
  T whole() const {
    constexpr T low = std::numeric_limits<T>::min(), high = std::numeric_limits<T>::max();
    if (at_.is_number_unsigned()) {
      const auto v = at_.get<std::uint64_t>();
      if (v <= static_cast<std::uint64_t>(high)) return static_cast<T>(v);
    } else if (at_.is_number_integer()) {
      const auto v = at_.get<std::int64_t>();
      if (std::numeric_limits<T>::is_signed && v >= static_cast<std::int64_t>(low)) return static_cast<T>(v);
    }
    fail(fmt::format("expected a whole number from {} to {}", low, high));
  }
  duration time() const { return duration(whole<std::int64_t>()); }
  instant moment() const { return instant{} + time(); }
  /// A flat list of whole numbers.
  template <class T>
  std::vector<T> wholes() const {
    std::vector<T> v;
    v.reserve(size());
    // The element's path is only made when it is needed.
    for (std::size_t i = 0; i < at_.size(); ++i) {
      v.push_back(at_[i].is_number_integer() ? json_reader(at_[i], path_).whole<T>() : (*this)[i].whole<T>());
    }
    return v;
  }
  /// One of the names that `name_of` gives to 0 .. count - 1.
  template <class E>
  E one_of(std::size_t count) const {
    const std::string name = text();
    std::string choices;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view known = name_of(static_cast<E>(i));
      if (known == name) return static_cast<E>(i);
      choices += choices.empty() ? "" : ", ";
      choices += known;
    }
    fail(fmt::format("\"{}\" is none of {}", name, choices));
  }

 private:
  const nlohmann::json& at_;
  std::string path_;
};

}  // namespace meshgauge::record
