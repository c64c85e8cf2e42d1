#include "harness/serve/log_writer.hpp"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace meshgauge::serve {
namespace {

constexpr int gather_ms = 5;       ///< lines that come within this time leave in one call
constexpr int patience_ms = 100;   ///< between looks at whether the program ends
constexpr int last_patience = 10;  ///< such waits, without progress, at the end

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

bool never_blocks(int fd) {
  struct stat s {};
  return ::fstat(fd, &s) == 0 && S_ISREG(s.st_mode);
}

}  // namespace

void log_writer::lane::write(std::string_view line) {
  bool kept = false;
  {
    const std::lock_guard lock(mutex_);
    if (lines_.size() + line.size() <= lane_bytes && writer_.alive()) {
      lines_.append(line);
      kept = true;
    }
  }
  if (!kept) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
  } else if (!writer_.pending_.exchange(true)) {
    writer_.pending_.notify_one();
  }
}

log_writer::log_writer(int fd, std::size_t lanes) : fd_(fd), pipe_like_(!never_blocks(fd)) {
  for (std::size_t i = 0; i < lanes; ++i) lanes_.push_back(std::unique_ptr<lane>(new lane(*this)));
  thread_ = std::thread([this] { run(); });
}

log_writer::~log_writer() {
  ending_ = true;
  pending_ = true;
  pending_.notify_one();
  thread_.join();
}

void log_writer::run() {
  // A reader that has gone is an error of write(), not the end of the program.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  while (true) {
    pending_.wait(false);
    if (!ending_) ::poll(nullptr, 0, gather_ms);
    pending_ = false;
    const bool last = ending_;  // looked at behind the line before, which may have undone the destructor's call
    while (take_round() && last) {
    }
    if (last) return;
  }
}

/// One buffer of each lane; false when all were empty.
bool log_writer::take_round() {
  bool any = false;
  for (const auto& l : lanes_) {
    std::string lines;
    {
      const std::lock_guard lock(l->mutex_);
      lines.swap(l->lines_);
    }
    if (lines.empty()) continue;
    any = true;
    const std::uint64_t all = lines_in(lines);
    const std::uint64_t lost = alive() && write_all(lines) ? 0 : std::max<std::uint64_t>(lines_in(lines), 1);
    l->dropped_.fetch_add(lost, std::memory_order_relaxed);
    l->written_.fetch_add(all - std::min(all, lost), std::memory_order_relaxed);
  }
  return any;
}

bool log_writer::wait_writable() {
  for (int waits = 0; !ending_ || waits < last_patience; ++waits) {
    pollfd p{fd_, POLLOUT, 0};
    const int n = ::poll(&p, 1, patience_ms);
    if (n > 0) return true;
    if (n < 0 && errno != EINTR) return false;
  }
  return false;
}

bool log_writer::write_all(std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    std::size_t n = text.size() - done;
    if (pipe_like_) {
      if (!wait_writable()) break;
      if (n > PIPE_BUF) {  // whole lines, as many as fit
        const auto end = text.rfind('\n', done + PIPE_BUF - 1);
        n = end == std::string::npos || end < done ? PIPE_BUF : end + 1 - done;
      }
    }
    const ssize_t written = ::write(fd_, text.data() + done, n);
    if (written > 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno != EINTR && errno != EAGAIN) {
      if (errno == EPIPE) alive_ = false;  // anything else (a full disk) may pass
      break;
    }
  }
  text.erase(0, done);
  return text.empty();
}

}  // namespace meshgauge::serve
