#include "router/core/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace meshgauge::core {

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "meshgauge: internal error at %s:%d: %s does not hold\n", file, line, condition);
  std::abort();
}

}  // namespace meshgauge::core
