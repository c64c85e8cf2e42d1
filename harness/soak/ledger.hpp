#pragma once
/// Every request of a soak, by number: what its client, the instances and the access log each say about it.
///
/// The three are written down independently, while they happen, and joined only at the end. So a request that is lost,
/// doubled or swapped has to be lost in three places at once to escape. Pure: no socket, no clock; sixteen bytes a
/// request, so that an hour at thousands a second fits.
///
/// What may befall a request is what docs/router.md promises: one answer, an instance's own with its number in it, or a
/// 502, 503 or 504 with a cause. A POST reaches at most one instance, and none when the cause says that nothing was
/// sent.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/soak/findings.hpp"
#include "router/core/cause.hpp"

namespace meshgauge::soak {

enum class method : std::uint8_t { get, post };
std::string_view name_of(method m);

using request_number = std::uint32_t;

/// "soak-17", and back; nothing for what is no number of ours.
std::string id_of(request_number n);
std::optional<request_number> number_of(std::string_view id);

/// Causes that mean: no instance has seen a byte of it.
bool nothing_sent(cause c);

class ledger {
 public:
  /// The next request; the client sends it now.
  request_number begin(method m);
  /// The client got a whole answer. \param why  the router's own cause; none: the answer is an instance's.
  /// \param own  an instance's answer names this very request.
  void answered(request_number n, unsigned status, cause why, bool own);
  /// The client got none: the connection ended, or it gave up.
  void lost(request_number n);
  /// An instance read all of it.
  void seen(request_number n, method m);
  /// A line of the access log.
  void logged(request_number n, unsigned status, cause why);

  std::size_t size() const { return entries_.size(); }
  std::map<unsigned, std::uint64_t> statuses() const;  ///< as clients saw them
  std::map<cause, std::uint64_t> causes() const;
  std::uint64_t seen_in_all() const;
  std::uint64_t logged_in_all() const;

  void judge(findings& into) const;

 private:
  struct entry {
    std::uint16_t status = 0, log_status = 0;
    cause why = cause::none, log_why = cause::none;
    method how = method::get;
    std::uint8_t answers = 0, losses = 0, sights = 0, lines = 0;
    bool own = false, other_method = false;
  };
  static void judge(const entry& e, const std::string& id, findings& into);
  entry* find(request_number n);

  std::vector<entry> entries_;
  std::vector<request_number> strangers_;  ///< numbers that nobody has sent
};

}  // namespace meshgauge::soak
