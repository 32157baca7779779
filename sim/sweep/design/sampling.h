// Sampling: selects the combinations of the axes' choices that become points. The same seed gives
// the same points on every computer: integers only, no distribution of the standard library.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace peeksim {

using Combination = std::vector<std::uint32_t>;  // the index of a choice, one per axis

// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  // Uniform in 0 … bound-1. REQUIRES: bound > 0.
  std::uint64_t below(std::uint64_t bound);

 private:
  std::uint64_t state_;
};

struct Sampler {
  const char* name;
  const char* meaning;
  bool draws;  // takes a number of points and a seed
  // Calls `take` with one combination after another, never the same twice, until it has returned
  // true for `points` of them (only if `draws`) or none are left. sizes: choices of each axis.
  void (*sample)(const std::vector<std::uint32_t>& sizes, std::size_t points, std::uint64_t seed,
                 const std::function<bool(const Combination&)>& take);
};

const std::vector<Sampler>& samplers();

}  // namespace peeksim
