#pragma once
/// Writes lines of several threads to one file descriptor, without ever making one of them wait for it.
///
/// Each producer has a lane: a bounded buffer that the writer's own thread swaps for an empty one. What the producer
/// shares with the writer is held for the length of a swap, never for a write. A lane that is full because the reader
/// is slow drops whole lines and counts them: a log with known gaps is worth more than a router that stands still.
///
/// Only whole lines are written. To a pipe they go in pieces of at most PIPE_BUF when one is ready for more, so that
/// lines of several processes in one pipe stay whole as well, and a reader that stopped cannot catch the thread.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace meshgauge::serve {

class log_writer {
 public:
  static constexpr std::size_t lane_bytes = 1024 * 1024;

  class lane {
   public:
    /// A whole line with its newline. Called by one thread.
    void write(std::string_view line);
    std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }
    std::uint64_t written() const { return written_.load(std::memory_order_relaxed); }

   private:
    friend class log_writer;
    explicit lane(log_writer& w) : writer_(w) {}
    log_writer& writer_;
    std::mutex mutex_;
    std::string lines_;
    std::atomic<std::uint64_t> dropped_{0}, written_{0};
  };

  /// \param fd  stays open; not closed here.
  log_writer(int fd, std::size_t lanes);
  log_writer(const log_writer&) = delete;
  log_writer& operator=(const log_writer&) = delete;
  /// Writes what is there, for at most a second when nobody reads.
  ~log_writer();

  lane& at(std::size_t n) { return *lanes_[n]; }
  /// False once the other end has gone; from then on all lines are dropped.
  bool alive() const { return alive_.load(std::memory_order_relaxed); }

 private:
  void run();
  bool take_round();
  /// False when it could not be written; `text` then holds what was not.
  bool write_all(std::string& text);
  bool wait_writable();

  int fd_;
  bool pipe_like_;
  std::vector<std::unique_ptr<lane>> lanes_;
  std::atomic<bool> pending_{false}, ending_{false}, alive_{true};
  std::thread thread_;
};

}  // namespace meshgauge::serve
