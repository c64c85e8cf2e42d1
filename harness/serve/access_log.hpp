#pragma once
/// The access log: a JSON object a line, for each request or for those that matter.
///
/// *Sampled* writes every failure and a share of the rest. Which of the rest is a function of the request's id, so all
/// routers that a request passes write it or none does, and a sampled request can be followed along its path.

#include <string>
#include <string_view>
#include <unordered_map>

#include "harness/serve/config.hpp"
#include "harness/serve/log_writer.hpp"
#include "router/discovery/observer.hpp"

namespace meshgauge::serve {

/// Whether a request that did not fail is written.
bool in_sample(std::string_view request_id, double share);

/// A request that is always written: 5xx, a client that went away, or any cause.
bool failed(const discovery::request_record& r);

/// One line, ended. \param ended_ms  wall clock at the request's end; the line says when it began.
void append_line(std::string& out, const discovery::request_record& r, std::string_view instance,
                 std::int64_t ended_ms);

/// Of one worker.
class access_log final : public discovery::observer {
 public:
  access_log(log_mode mode, double share, log_writer::lane& to) : mode_(mode), share_(share), to_(to) {}

  void attempted(const discovery::attempt_record& r) override;
  void finished(const discovery::request_record& r) override;

 private:
  log_mode mode_;
  double share_;
  log_writer::lane& to_;
  /// Who was tried last for each request under way; only looked up, never walked through.
  std::unordered_map<std::string, std::string> tried_;
  std::string line_;
};

}  // namespace meshgauge::serve
