#pragma once
/// The registry's HTTP/JSON interface as a function: method, target and body in, an answer or a wait out. No sockets,
/// so that a test is a table of calls; docs/registry.md is its reference.

#include <string>
#include <string_view>
#include <variant>

#include "router/registry/directory.hpp"

namespace meshgauge::registry {

struct reply {
  unsigned status = 200;
  text_ptr body;                          ///< JSON
  std::optional<std::uint64_t> revision;  ///< for X-Meshgauge-Revision
  std::string_view allow;                 ///< for Allow, with 405
};

/// A long poll that has nothing to hear yet.
struct long_poll {
  std::string service;  ///< empty: all
  std::uint64_t index = 0;
  std::string client;
  duration time{};
};

inline constexpr duration wait_max = std::chrono::minutes(10);

/// \param target the request's target in origin form, with its query.
std::variant<reply, long_poll> handle(directory& of, std::string_view method, std::string_view target,
                                      std::string_view body, instant now);

reply error_reply(unsigned status, std::string_view text);

}  // namespace meshgauge::registry
