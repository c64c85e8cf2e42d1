#pragma once
/// Clients that hold a connection and hardly move: what an attacker opens by the thousand, and a bad network by itself.
///
/// Each says how its connection ended and after how long; whether that was right is judged by the mode.

#include <string>
#include <vector>

#include "router/net/host.hpp"

namespace meshgauge::soak {

struct slow_end {
  enum class how : std::uint8_t { cut, told, answered, still_open };
  how it = how::still_open;
  duration after{};         ///< since the first byte was sent
  std::uint64_t bytes = 0;  ///< of an answer
  unsigned status = 0;      ///< when it was told or answered
};

/// One byte of a request head a second, until it is told off or cut; then the next connection, until `until`.
net::task<void> drip_head(net::host& h, net::endpoint to, instant begin, instant until, std::vector<slow_end>& ends);

/// Asks for `target` and does not read until `read_at`; then reads to the end of what there is.
net::task<void> never_read(net::host& h, net::endpoint to, std::string target, instant read_at,
                           std::vector<slow_end>& ends);

/// Posts a body of `bytes`, one byte a second, and waits for the answer.
net::task<void> drip_body(net::host& h, net::endpoint to, std::string target, std::size_t bytes,
                          std::vector<slow_end>& ends);

}  // namespace meshgauge::soak
