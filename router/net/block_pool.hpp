#pragma once
/// Free lists for coroutine frames and receive buffers, one set a thread.
///
/// The block given back last is handed out first, so a busy world works in a few hot blocks however many connections
/// are idle. Blocks are cut from slabs that ask for huge pages: with thousands of connections, half of the time went
/// into address translation otherwise. Slabs are kept until the thread ends. Sanitizer builds go to the heap each time,
/// so that use after free is seen.

#include <array>
#include <cstddef>
#include <new>
#include <vector>

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
  static constexpr std::size_t step = 64;  // up to small_max, then powers of two
  static constexpr std::size_t small_max = 2048;
  static constexpr std::size_t small_classes = small_max / step;
  static constexpr std::size_t classes = small_classes + 7;  // up to 256 KiB
  static constexpr std::size_t slab_size = std::size_t{2} << 20;
  struct free_block {
    free_block* next;
  };
  struct lists {
    std::array<free_block*, classes> heads{};
    char* fresh = nullptr;  ///< the rest of the youngest slab
    std::size_t fresh_left = 0;
    std::vector<void*> slabs;
    std::size_t outstanding = 0;
    void* cut(std::size_t size);
    ~lists();
  };
  static std::size_t size_of(std::size_t size_class);
  static lists& mine();
  static std::size_t class_of(std::size_t size);
};

}  // namespace meshgauge::net
