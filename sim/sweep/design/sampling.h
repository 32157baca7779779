// Which combinations of the axes' choices become points. The same seed gives the same points on
// every machine: integers only, and no distribution of the standard library.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace peeksim {

using Combination = std::vector<std::uint32_t>;  // the number of a choice, one per axis

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
  // Offers combinations until `take` has said true to `points` of them (`draws` only) or there are
  // none left. sizes: choices of each axis. Never offers the same one twice.
  void (*sample)(const std::vector<std::uint32_t>& sizes, std::size_t points, std::uint64_t seed,
                 const std::function<bool(const Combination&)>& take);
};

const std::vector<Sampler>& samplers();

}  // namespace peeksim
