#include "harness/soak/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace meshgauge::soak {
namespace {

constexpr int pipe_bytes = 1024 * 1024;  // what an unprivileged process may ask for

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::array<int, 2> new_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
  ::fcntl(ends[1], F_SETPIPE_SZ, pipe_bytes);  // a hint
  return ends;
}

/// Reads to the end; owns `fd`.
void read_lines(int fd, const child::on_line& line) {
  std::string text;
  std::array<char, 256 * 1024> block{};
  for (;;) {
    const ssize_t n = ::read(fd, block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    text.append(block.data(), static_cast<std::size_t>(n));
    std::size_t from = 0;
    for (std::size_t end = 0; (end = text.find('\n', from)) != std::string::npos; from = end + 1) {
      line(std::string_view(text).substr(from, end - from));
    }
    text.erase(0, from);
  }
  if (!text.empty()) line(text);
  ::close(fd);
}

}  // namespace

child::child(const std::vector<std::string>& command, on_line out, on_line err) {
  std::vector<char*> words;
  for (const std::string& w : command) words.push_back(const_cast<char*>(w.c_str()));
  words.push_back(nullptr);
  const auto output = new_pipe(), errors = new_pipe(), told = new_pipe();
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (::getppid() != parent) ::_exit(127);
    ::dup2(output[1], STDOUT_FILENO);
    ::dup2(errors[1], STDERR_FILENO);
    ::execvp(words[0], words.data());
    const int why = errno;
    (void)!::write(told[1], &why, sizeof why);
    ::_exit(127);
  }
  for (const int fd : {output[1], errors[1], told[1]}) ::close(fd);
  int why = 0;
  const bool failed = ::read(told[0], &why, sizeof why) > 0;  // closed by a successful exec
  ::close(told[0]);
  alive_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  out_ = std::thread([fd = output[0], line = std::move(out)] { read_lines(fd, line); });
  err_ = std::thread([fd = errors[0], line = std::move(err)] { read_lines(fd, line); });
  if (failed) {
    wait(std::chrono::seconds(5));
    ::close(alive_);
    throw std::system_error(why, std::generic_category(), command[0]);
  }
}

child::~child() {
  if (!waited_) {
    signal(SIGKILL);
    wait(std::chrono::seconds(10));
  }
  ::close(alive_);
}

void child::signal(int number) const {
  if (!waited_) ::kill(pid_, number);
}

bool child::ended() const {
  if (waited_) return true;
  pollfd p{alive_, POLLIN, 0};
  return ::poll(&p, 1, 0) > 0;
}

std::optional<int> child::wait(std::chrono::milliseconds limit) {
  pollfd p{alive_, POLLIN, 0};
  if (::poll(&p, 1, static_cast<int>(limit.count())) <= 0) return std::nullopt;
  int status = 0;
  if (::waitpid(pid_, &status, 0) != pid_) return std::nullopt;
  waited_ = true;
  out_.join();
  err_.join();
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::size_t child::open_files() const {
  std::error_code ec;
  std::size_t n = 0;
  for (std::filesystem::directory_iterator i(fmt::format("/proc/{}/fd", pid_), ec), end; !ec && i != end;
       i.increment(ec)) {
    ++n;
  }
  return n;
}

std::size_t child::resident_bytes() const {
  std::ifstream in(fmt::format("/proc/{}/statm", pid_));
  std::size_t all = 0, resident = 0;
  in >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace meshgauge::soak
