#pragma once
/// `meshgauge serve` as a process of its own, seen from outside: its addresses, its log, its metrics, its end.
///
/// The access log comes through a pipe that a thread keeps empty; what it says is kept in short and read after the end.

#include <atomic>
#include <future>
#include <map>
#include <string>
#include <vector>

#include "harness/soak/child.hpp"
#include "router/net/endpoint.hpp"

namespace meshgauge::soak {

/// What a line of the access log says, as far as it is looked at here.
struct log_line {
  std::string_view request, service, cause;
  unsigned status = 0;
};
/// Values are taken as they stand (nothing here needs unescaping); false for what is no line of the log.
bool read_log_line(std::string_view text, log_line& out);

/// The sum of a counter by one of its labels: `sum_by(page, "meshgauge_requests_total", "status")`. Without a label all
/// of it stands under "".
std::map<std::string, std::uint64_t> sum_by(std::string_view page, std::string_view metric, std::string_view label);

class served {
 public:
  struct addresses {
    net::endpoint router, admin, registry;  ///< port 0: there is none
  };

  /// \param flags  behind `serve`; it listens at free ports of 127.0.0.1 unless they say otherwise.
  /// Throws runtime_error when it does not come up within 10 s.
  served(const std::string& program, std::vector<std::string> flags, child::on_line on_log_line);

  const addresses& at() const { return at_; }
  child& process() { return *process_; }
  /// What it has said on stderr; only after its end.
  const std::string& said() const { return said_; }

 private:
  void heard(std::string_view line);

  addresses at_, heard_;
  std::string said_;
  std::promise<void> up_;
  bool is_up_ = false;
  std::unique_ptr<child> process_;
};

}  // namespace meshgauge::soak
