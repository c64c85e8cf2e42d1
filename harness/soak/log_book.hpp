#pragma once
/// The access log as it is read: counts by service and status, and what it says about each of our requests.
///
/// `read` is called on the thread that empties the pipe; everything else after that thread has ended.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/soak/ledger.hpp"

namespace meshgauge::soak {

class log_book {
 public:
  void read(std::string_view line);
  void enter_into(ledger& l) const;
  std::map<unsigned, std::uint64_t> statuses() const;
  std::map<unsigned, std::uint64_t> statuses_of(std::string_view service) const;
  std::uint64_t unreadable() const { return unreadable_; }

 private:
  struct entry {
    request_number number;
    std::uint16_t status;
    cause why;
  };
  std::vector<entry> ours_;
  std::map<std::string, std::map<unsigned, std::uint64_t>, std::less<>> statuses_;
  std::uint64_t unreadable_ = 0;
};

}  // namespace meshgauge::soak
