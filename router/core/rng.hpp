#pragma once
/// Counter-based random numbers.
///
/// There is no shared stream: every draw is a function of (seed, names, counter). An entity derives its own `rng` from
/// its name and purpose, so adding a client leaves the draws of all others as they were, and two variants of a scenario
/// see the same arrivals and service times (common random numbers).
///
/// The function is two rounds of the splitmix64 finaliser over a Weyl sequence, keyed twice (Steele, Lea, Flood 2014,
/// "Fast splittable pseudorandom number generators"). Only integer arithmetic: the same bits on every compiler.

#include <cstdint>
#include <string_view>

namespace meshgauge {

constexpr std::uint64_t mix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

/// Stable 64-bit hash of a name (FNV-1a, then mixed). Part of the determinism contract: never change it.
constexpr std::uint64_t hash_name(std::string_view name, std::uint64_t basis = 0xcbf29ce484222325ULL) {
  std::uint64_t h = basis;
  for (char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return mix64(h);
}

class rng {
 public:
  explicit constexpr rng(std::uint64_t seed = 0) : key_(mix64(seed + 0x9e3779b97f4a7c15ULL)), twist_(mix64(~seed)) {}

  /// An independent generator for `name` below this one; does not depend on how many numbers were drawn here.
  constexpr rng derive(std::string_view name) const { return derive(hash_name(name)); }
  constexpr rng derive(std::uint64_t id) const {
    rng child;
    child.key_ = mix64(key_ ^ mix64(id + 0x9e3779b97f4a7c15ULL));
    child.twist_ = mix64(twist_ + mix64(id ^ 0xd1b54a32d192ed03ULL));
    return child;
  }

  /// The n-th number of this generator; does not move it.
  constexpr std::uint64_t at(std::uint64_t n) const { return mix64(mix64(key_ + n * 0x9e3779b97f4a7c15ULL) ^ twist_); }

  constexpr std::uint64_t next() { return at(counter_++); }

  /// Uniform in (0, 1): never 0 or 1, 53 bits.
  constexpr double unit() { return (static_cast<double>(next() >> 11) + 0.5) * 0x1.0p-53; }

  /// Uniform in [0, bound); bound > 0. Lemire's multiply-shift: bias below bound / 2^64.
  constexpr std::uint64_t below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<wide>(next()) * bound) >> 64);
  }

  /// True with probability p.
  constexpr bool chance(double p) { return unit() < p; }

 private:
  __extension__ using wide = unsigned __int128;

  std::uint64_t key_;
  std::uint64_t twist_;
  std::uint64_t counter_ = 0;
};

}  // namespace meshgauge
