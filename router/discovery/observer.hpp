#pragma once
/// Who wants to know what happened to requests: the access log of a stand-alone router, the recorder of a scenario.

#include <cstdint>
#include <string_view>

#include "router/core/cause.hpp"
#include "router/core/time.hpp"

namespace meshgauge::discovery {

class member;

/// One try of a request at one instance, or the finding that there was nobody to try.
struct attempt_record {
  std::string_view service;
  std::string_view request_id;
  const member* instance = nullptr;
  std::uint64_t tag = 0;    ///< what `chosen` returned
  cause why = cause::none;  ///< upstream_5xx for an answer of 500 or more
  unsigned status = 0;      ///< of the instance; 0: no response
  instant chosen{}, end{};
  duration view_age{};
  std::uint64_t revision = 0;
};

/// One request, as its caller sees it.
struct request_record {
  std::string_view service;
  std::string_view request_id;
  std::string_view method;
  std::string_view target;
  unsigned status = 0;
  cause why = cause::none;
  unsigned attempts = 0;
  instant begun{}, end{};
};

class observer {
 public:
  virtual ~observer() = default;
  /// An instance was chosen; the value comes back in attempt_record::tag.
  virtual std::uint64_t chosen(const member&) { return 0; }
  virtual void attempted(const attempt_record&) {}
  virtual void finished(const request_record&) {}
};

}  // namespace meshgauge::discovery
