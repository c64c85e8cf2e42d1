// Two readers of the same bytes: the short way for usual heads (router/http/plain_head.hpp) and Beast with the strict
// layer. A `Connection` field that says nothing keeps the short way out; with it and without it, a head must mean the
// same. Requests and responses are read from the same input, for a reader must not care what it is given.

#include <string>

#include "fuzz/claim.hpp"
#include "fuzz/heads.hpp"
#include "router/http/plain_head.hpp"

namespace meshgauge::fuzz {
namespace {

using http::head;
using http::limits;
using http::verdict;

constexpr std::string_view says_nothing = "Connection: x-says-nothing\r\n";

template <class Short, class Parse>
void look(std::string_view data, Short short_way, Parse parse) {
  static head plain, careful, whole;
  const bool taken = short_way(data, plain);
  const verdict v = parse(data, whole);
  const auto line_end = data.find("\r\n");
  if (line_end == std::string_view::npos) {
    claim(!taken, "the short way takes no head without a line", data);
    return;
  }
  std::string other(data);
  other.insert(line_end + 2, says_nothing);
  const verdict w = parse(other, careful);
  if (taken) {
    claim(v == verdict::complete || v == verdict::malformed, "the short way leaves what is incomplete", data);
    if (plain.fields().size() < head::fields_max) claim(v == w, "both readers give the same verdict", data);
  } else if (v == verdict::complete) {
    claim(w == v || whole.fields().size() == head::fields_max || whole.size + says_nothing.size() > limits{}.head,
          "a field that says nothing changes nothing", data);
  }
  if (v != verdict::complete || w != verdict::complete) return;
  claim(meaning(whole) == meaning(careful, "connection") || whole.find(http::field_id::connection) != nullptr,
        "both readers give the same meaning", data);
  claim(whole.size + says_nothing.size() == careful.size, "both readers end at the same byte", data);
  if (taken) {
    const auto shorter = [&](std::string_view part) {
      static head h;
      return short_way(part, h) ? verdict::complete : verdict::incomplete;
    };
    claim(prefixes_are_incomplete(data.substr(0, whole.size), shorter), "the short way takes no part of a head", data);
  }
  static head again;
  const auto careful_again = [&](std::string_view part) { return parse(part, again); };
  claim(prefixes_are_incomplete(std::string_view(other).substr(0, careful.size), careful_again),
        "the careful reader waits for all of a head", other);
}

}  // namespace
}  // namespace meshgauge::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace meshgauge;
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::look(
      text, [](std::string_view t, http::head& h) { return http::plain_head::request(t, {}, h); },
      [](std::string_view t, http::head& h) { return http::parse_request(t, {}, h); });
  fuzz::look(
      text, [](std::string_view t, http::head& h) { return http::plain_head::response(t, {}, h); },
      [](std::string_view t, http::head& h) { return http::parse_response(t, {}, false, h); });
  return 0;
}
