#pragma once
/// The terminal: whether there is one, colour, and a line that shows how far a long run is. Results go to stdout,
/// progress and messages to stderr.

#include <chrono>
#include <string>
#include <string_view>

namespace meshgauge::cli {

enum class when { automatic, always, never };
enum class progress_style { automatic, bar, plain, none };

/// NO_COLOR, FORCE_COLOR, TERM=dumb and whether the stream is a terminal decide `automatic`.
bool use_colour(when w, int fd);

class progress_line {
 public:
  /// `automatic`: a bar on a terminal, plain lines elsewhere.
  explicit progress_line(progress_style s);
  ~progress_line() { clear(); }
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;

  /// A new run begins.
  void begin(std::string what);
  /// \param share  done, 0..1.  Redraws at most eight times a second; plain style says something every ten seconds.
  void update(double share, std::string_view detail);
  void clear();

 private:
  using clock = std::chrono::steady_clock;
  progress_style style_;
  std::string what_;
  clock::time_point begun_{}, drawn_{};
  bool shown_ = false;
};

}  // namespace meshgauge::cli
