#include <cstdio>

int main() {
  std::puts("meshgauge " MESHGAUGE_VERSION);
}
