#pragma once
/// What is true of every accepted head, and of every head that the router writes from one. Written from RFC 9110 and
/// 9112 and from docs/router.md, not from the parser, so that both can be wrong only independently.

#include <string>
#include <string_view>

#include "fuzz/claim.hpp"
#include "router/http/head.hpp"

namespace meshgauge::fuzz {

/// Claims about `h`, which was accepted at the front of `data`.
void claim_good_request(const http::head& h, std::string_view data, const http::limits& l);
/// \param to_head  as it was parsed.
void claim_good_response(const http::head& h, std::string_view data, const http::limits& l, bool to_head);

/// `incoming` is the head that was received, `outgoing` one that was read back from what is written for it: no field
/// belongs to the hop before, and nothing that `Connection` names has come through.
void claim_no_hop_by_hop(const http::head& outgoing, const http::head& incoming);

/// All that a head says, as text to compare; fields whose name is `but` are left out.
std::string meaning(const http::head& h, std::string_view but = {});

/// How many fields have this name.
std::size_t count_of(const http::head& h, std::string_view lower_case_name);

/// How `parse` takes the front of `data` of `n` bytes for each interesting n: nothing shorter than an accepted head may
/// be anything but incomplete, or the meaning of a message would hang on how TCP cuts it.
template <class Parse>
bool prefixes_are_incomplete(std::string_view accepted, Parse parse) {
  // All of a short head; of a long one its two ends and some between.
  constexpr std::size_t dense = 96;
  for (std::size_t n = 0; n < accepted.size();) {
    if (parse(accepted.substr(0, n)) != http::verdict::incomplete) return false;
    const bool near = n < dense || n + dense >= accepted.size();
    n += near ? 1 : 1 + accepted.size() / 64;
  }
  return true;
}

/// What is claimed of the bytes of a head by themselves: in pieces they are waited for, and without what stood behind
/// them they mean the same. \param into  what `parse` fills. \param whole  the meaning when all was there.
template <class Parse>
void claim_same_in_pieces(std::string_view accepted, Parse parse, const http::head& into, const std::string& whole) {
  claim(prefixes_are_incomplete(accepted, parse), "what comes in pieces is waited for", accepted);
  claim(parse(accepted) == http::verdict::complete && meaning(into) == whole,
        "what stands behind a head does not change it", accepted);
}

}  // namespace meshgauge::fuzz
