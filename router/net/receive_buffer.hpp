#pragma once
/// Bytes on their way to a reader: one block, four marks.
///
///     head          seen          have          tail
///      | taken by a  | arrived, no | on the wire |
///      | fill, kept  | fill yet    | (sim only)  |
///
/// Parsing happens in place. The block comes from a pool and goes back when nothing is held, so an idle connection
/// holds no memory here.

#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "router/core/assert.hpp"
#include "router/net/block_pool.hpp"

namespace meshgauge::net {

class receive_buffer {
 public:
  receive_buffer() = default;
  receive_buffer(const receive_buffer&) = delete;
  receive_buffer& operator=(const receive_buffer&) = delete;
  ~receive_buffer() { drop(); }

  std::string_view peek() const { return {block_ + head_, seen_ - head_}; }
  std::size_t held() const { return seen_ - head_; }
  std::size_t unseen() const { return have_ - seen_; }
  std::size_t in_flight() const { return tail_ - have_; }
  bool empty() const { return head_ == tail_; }

  /// Shows up to `limit` bytes in all to the reader; returns how many are new.
  std::size_t see(std::size_t limit) {
    const std::size_t room = limit > held() ? limit - held() : 0;
    const std::size_t fresh = unseen() < room ? unseen() : room;
    seen_ += static_cast<std::uint32_t>(fresh);
    return fresh;
  }

  void consume(std::size_t n) {
    MESHGAUGE_ASSERT(n <= held());
    head_ += static_cast<std::uint32_t>(n);
    if (head_ == tail_) drop();
  }

  /// Room for `n` more bytes behind the tail; commit() or abandon() follows.
  char* prepare(std::size_t n) {
    if (tail_ + n > capacity_) make_room(n);
    return block_ + tail_;
  }
  std::size_t room() const { return capacity_ - tail_; }
  void commit_in_flight(std::size_t n) { tail_ += static_cast<std::uint32_t>(n); }
  void commit(std::size_t n) {
    tail_ += static_cast<std::uint32_t>(n);
    have_ = tail_;
  }
  void abandon() {
    if (head_ == tail_) drop();
  }
  /// `n` bytes that were on the wire are here.
  void arrive(std::size_t n) {
    MESHGAUGE_ASSERT(n <= in_flight());
    have_ += static_cast<std::uint32_t>(n);
  }
  /// Forgets everything.
  void drop() {
    if (block_ != nullptr) block_pool::give(block_, capacity_);
    block_ = nullptr;
    capacity_ = head_ = seen_ = have_ = tail_ = 0;
  }

 private:
  void make_room(std::size_t n) {
    const std::size_t size = tail_ - head_;
    if (capacity_ >= size + n && head_ >= capacity_ / 2) {  // enough once moved to the front
      std::memmove(block_, block_ + head_, size);
      shift();
      return;
    }
    std::size_t wanted = capacity_ == 0 ? n : static_cast<std::size_t>(capacity_) * 2;
    if (wanted < size + n) wanted = size + n;
    wanted = block_pool::capacity(wanted < 256 ? 256 : wanted);
    char* block = static_cast<char*>(block_pool::take(wanted));
    if (size > 0) std::memcpy(block, block_ + head_, size);
    if (block_ != nullptr) block_pool::give(block_, capacity_);
    block_ = block;
    capacity_ = static_cast<std::uint32_t>(wanted);
    shift();
  }
  void shift() {
    seen_ -= head_;
    have_ -= head_;
    tail_ -= head_;
    head_ = 0;
  }

  char* block_ = nullptr;
  std::uint32_t capacity_ = 0;
  std::uint32_t head_ = 0;
  std::uint32_t seen_ = 0;
  std::uint32_t have_ = 0;
  std::uint32_t tail_ = 0;
};

}  // namespace meshgauge::net
