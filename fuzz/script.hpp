#pragma once
/// What a peer does with its side of a connection, written so that a person can read a seed and a fuzzer can splice it:
/// bytes, and between them
///   <|>  what stands before is one write; the next comes 5 ms later
///   <~>  the next comes 2 s later, more than the router waits for an answer
///   <.>  closes: a client its sending side, an instance both
///   <!>  resets

#include <string_view>

#include "router/net/host.hpp"

namespace meshgauge::fuzz {

/// Takes what stands before the next `mark` off the front of `text`.
std::string_view take_until(std::string_view& text, std::string_view mark);

/// \param polite  what <.> does. \param sent  gets the bytes that were handed to the network.
/// \return whether the connection still stands.
net::task<bool> play(net::stream& s, std::string_view script, net::closing polite, std::string& sent);

}  // namespace meshgauge::fuzz
