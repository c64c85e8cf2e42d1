#include "router/net/block_pool.hpp"

#include <bit>

namespace meshgauge::net {

block_pool::lists& block_pool::mine() {
  thread_local lists instance;
  return instance;
}

block_pool::lists::~lists() {
  for (free_block*& head : heads) {
    while (head != nullptr) {
      free_block* next = head->next;
      ::operator delete(head);
      head = next;
    }
  }
}

std::size_t block_pool::class_of(std::size_t size) {
  return size <= smallest ? 0 : static_cast<std::size_t>(std::bit_width(size - 1)) - 6;
}

std::size_t block_pool::capacity(std::size_t size) {
#ifdef MESHGAUGE_SANITIZED
  return size;
#else
  const std::size_t c = class_of(size);
  return c < classes ? smallest << c : size;
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
    return ::operator new(smallest << c);
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
