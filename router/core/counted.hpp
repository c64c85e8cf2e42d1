#pragma once
/// Counts somebody for as long as it lives: who is connected, what is under way.

namespace meshgauge {

/// \param Count  anything with ++ and --. It must outlive the guard.
template <class Count>
class counted {
 public:
  explicit counted(Count& n) : n_(n) { ++n_; }
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  ~counted() { --n_; }

 private:
  Count& n_;
};

}  // namespace meshgauge
