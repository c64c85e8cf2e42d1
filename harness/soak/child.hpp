#pragma once
/// A process that a soak starts, and whose output it reads: `meshgauge serve`, wrk.
///
/// It dies with us, is ended by its own id and nothing else, and every line that it writes is taken by a thread at
/// once, so that what is measured never waits for whoever measures.

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace meshgauge::soak {

class child {
 public:
  using on_line = std::function<void(std::string_view)>;  ///< called on a thread of the child's own

  /// Throws system_error when there is no such program or no more processes.
  child(const std::vector<std::string>& command, on_line out, on_line err);
  child(const child&) = delete;
  child& operator=(const child&) = delete;
  ~child();  ///< kills it if it has not been waited for

  pid_t id() const { return pid_; }
  void signal(int number) const;
  /// Its exit code (128 + signal when it was killed) once it has ended and all of its output is read; nothing when it
  /// still runs after `limit`.
  std::optional<int> wait(std::chrono::milliseconds limit);
  bool ended() const;

  std::size_t open_files() const;      ///< 0 when it is gone
  std::size_t resident_bytes() const;  ///< 0 when it is gone

 private:
  pid_t pid_ = -1;
  int alive_ = -1;  ///< a pidfd: readable when it has ended
  bool waited_ = false;
  std::thread out_, err_;
};

}  // namespace meshgauge::soak
