#pragma once
/// MESHGAUGE_ASSERT(condition): an always-on check for our own mistakes, never for what a peer, a file or a scenario
/// can cause. Prints where and ends the process with SIGABRT.

namespace meshgauge::core {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}

#define MESHGAUGE_ASSERT(condition) \
  ((condition) ? void() : ::meshgauge::core::assertion_failed(#condition, __FILE__, __LINE__))
