#include "router/net/block_pool.hpp"

#include <sys/mman.h>

#include <bit>
#include <cstdlib>

namespace meshgauge::net {

block_pool::lists& block_pool::mine() {
  thread_local lists instance;
  return instance;
}

block_pool::lists::~lists() {
  if (outstanding > 0) return;  // somebody outlives the thread and may still look
  for (void* slab : slabs) std::free(slab);
}

void* block_pool::lists::cut(std::size_t size) {
  if (size > fresh_left) {
    void* slab = std::aligned_alloc(slab_size, slab_size);
    if (slab == nullptr) throw std::bad_alloc();
    madvise(slab, slab_size, MADV_HUGEPAGE);
    slabs.push_back(slab);
    fresh = static_cast<char*>(slab);
    fresh_left = slab_size;
  }
  void* block = fresh;
  fresh += size;
  fresh_left -= size;
  return block;
}

std::size_t block_pool::class_of(std::size_t size) {
  if (size <= small_max) return size == 0 ? 0 : (size - 1) / step;
  return small_classes + static_cast<std::size_t>(std::bit_width(size - 1)) - 12;
}

std::size_t block_pool::size_of(std::size_t size_class) {
  return size_class < small_classes ? (size_class + 1) * step : (2 * small_max) << (size_class - small_classes);
}

std::size_t block_pool::capacity(std::size_t size) {
#ifdef MESHGAUGE_SANITIZED
  return size;
#else
  const std::size_t c = class_of(size);
  return c < classes ? size_of(c) : size;
#endif
}

void* block_pool::take(std::size_t size) {
  lists& l = mine();
  ++l.outstanding;
#ifndef MESHGAUGE_SANITIZED
  const std::size_t c = class_of(size);
  if (c < classes) {
    if (free_block* head = l.heads[c]) {
      l.heads[c] = head->next;
      return head;
    }
    return l.cut(size_of(c));
  }
#endif
  return ::operator new(size);
}

void block_pool::give(void* block, std::size_t size) noexcept {
  lists& l = mine();
  --l.outstanding;
#ifndef MESHGAUGE_SANITIZED
  const std::size_t c = class_of(size);
  if (c < classes) {
    auto* free = static_cast<free_block*>(block);
    free->next = l.heads[c];
    l.heads[c] = free;
    return;
  }
#else
  (void)size;
#endif
  ::operator delete(block);
}

std::size_t block_pool::outstanding() noexcept {
  return mine().outstanding;
}

}  // namespace meshgauge::net
