#pragma once
/// Latency, jitter and partitions of `conditions` on real sockets: bytes are held back between the kernel and their
/// reader until they would have arrived over the emulated link. What a live_stream keeps for that; the parts of
/// live_stream that do it stand in emulation.cpp, apart from those that every socket needs.

#include <deque>
#include <string>

#include "router/core/time.hpp"
#include "router/net/error.hpp"

namespace meshgauge::net::live {

struct emulation {
  struct item {
    instant due;
    std::size_t bytes;  ///< 0: the end of the stream, as `end` says
    error_code end;
  };
  std::string peer;
  std::deque<item> items;
  instant last{};
  std::uint64_t version = 0;
  duration latency{}, jitter{}, round_trip{};
  bool blocked = false;
  bool connect_held = false;
  bool open_due = false;
  error_code open_result;
};

}  // namespace meshgauge::net::live
