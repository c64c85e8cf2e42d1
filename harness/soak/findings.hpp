#pragma once
/// What a run found wrong: each kind of breach once, with how often and the first of those it befell.
///
/// Thousands of requests can break in one moment for one reason; a list of all of them would hide the second reason.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace meshgauge::soak {

class findings {
 public:
  static constexpr std::size_t shown_max = 10;

  /// \param who  the request or connection; empty when it is about the whole run.
  void add(std::string_view kind, std::string who = {});
  bool empty() const { return kinds_.empty(); }
  std::uint64_t count(std::string_view kind) const;
  /// A line for each kind, sorted; nothing when nothing was found.
  std::string text() const;

 private:
  struct kind {
    std::uint64_t count = 0;
    std::vector<std::string> who;
  };
  std::map<std::string, kind, std::less<>> kinds_;
};

}  // namespace meshgauge::soak
