#pragma once
/// Free lists for coroutine frames and receive buffers, one set a thread.
///
/// The block given back last is handed out first, so a busy world works in a few hot blocks however many connections
/// are idle. Sanitizer builds go to the heap each time, so that use after free is seen.

#include <array>
#include <cstddef>
#include <new>

namespace meshgauge::net {

class block_pool {
 public:
  /// At least `size` bytes.
  static void* take(std::size_t size);
  /// The same `size` as taken.
  static void give(void* block, std::size_t size) noexcept;
  /// What `take(size)` really provides.
  static std::size_t capacity(std::size_t size);
  /// Blocks handed out and not yet given back on this thread: zero when a world has ended cleanly.
  static std::size_t outstanding() noexcept;

 private:
  static constexpr std::size_t smallest = 64;
  static constexpr std::size_t classes = 13;  // 64 B ... 256 KiB
  struct free_block {
    free_block* next;
  };
  struct lists {
    std::array<free_block*, classes> heads{};
    std::size_t outstanding = 0;
    ~lists();
  };
  static lists& mine();
  static std::size_t class_of(std::size_t size);
};

}  // namespace meshgauge::net
