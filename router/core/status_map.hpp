#pragma once
/// Which status each cause is told with: our own map (cause.hpp), or what another router would say.
///
/// The maps are data. What a cause is called, in `Proxy-Status`, the log and the metrics, does not change with them; so
/// a team that moves from one router to another can see both its old statuses and why they were given.

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "router/core/cause.hpp"

namespace meshgauge {

class status_map {
 public:
  /// "meshgauge", "envoy", "haproxy" or "nginx"; null for any other name. Lives for ever.
  static const status_map* named(std::string_view name);
  static std::span<const std::string_view> names();
  static const status_map& own();

  /// 0 where no answer can be given, whatever the map: the caller gave up, or the answer had begun.
  unsigned of(cause c) const { return statuses_[static_cast<std::size_t>(c)]; }
  std::string_view name() const { return name_; }

 private:
  struct exception {
    cause why;
    unsigned status;
  };
  status_map(std::string_view name, std::initializer_list<exception> exceptions);
  static const std::array<status_map, 4>& all();

  std::string_view name_;
  std::array<unsigned, cause_count> statuses_{};
};

}  // namespace meshgauge
