#include "sim/sweep/design/sampling.h"

#include <numeric>
#include <set>
#include <unordered_map>

namespace peeksim {

namespace {

using Sizes = std::vector<std::uint32_t>;
using Take = std::function<bool(const Combination&)>;

// Limits the draws when `where` rejects nearly everything.
constexpr std::uint64_t max_draws_per_point = 1000, max_base_draws = 1000000;
constexpr std::uint64_t max_hypercubes = 1000;

// The combination with ordinal `index` in the grid; the last axis varies fastest.
Combination combination(const Sizes& sizes, std::uint64_t index) {
  Combination chosen(sizes.size());
  for (std::size_t axis = sizes.size(); axis-- > 0; index /= sizes[axis])
    chosen[axis] = static_cast<std::uint32_t>(index % sizes[axis]);
  return chosen;
}

std::uint64_t grid_size(const Sizes& sizes) {
  std::uint64_t size = 1;
  for (const std::uint32_t choices : sizes) size *= choices;
  return size;
}

void grid(const Sizes& sizes, std::size_t, std::uint64_t, const Take& take) {
  const std::uint64_t size = grid_size(sizes);
  for (std::uint64_t i = 0; i < size; ++i) take(combination(sizes, i));
}

// The first steps of a Fisher-Yates shuffle of the grid; only entries that moved are stored.
void random(const Sizes& sizes, std::size_t points, std::uint64_t seed, const Take& take) {
  const std::uint64_t size = grid_size(sizes);
  const std::uint64_t max_draws = max_base_draws + max_draws_per_point * points;
  SplitMix64 draw(seed);
  std::unordered_map<std::uint64_t, std::uint64_t> moved;
  const auto entry = [&](std::uint64_t place) {
    const auto found = moved.find(place);
    return found == moved.end() ? place : found->second;
  };
  std::size_t taken = 0;
  for (std::uint64_t i = 0; i < size && i < max_draws && taken < points; ++i) {
    const std::uint64_t place = i + draw.below(size - i);
    const std::uint64_t drawn = entry(place);
    moved[place] = entry(i);
    taken += take(combination(sizes, drawn));
  }
}

// Every axis is cut into as many strata as there are points, and every stratum is used once.
void offer_hypercube(const Sizes& sizes, std::size_t points, SplitMix64& draw,
                     const std::function<void(const Combination&)>& offer) {
  std::vector<std::vector<std::uint64_t>> strata(sizes.size());
  for (std::vector<std::uint64_t>& order : strata) {
    order.resize(points);
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = points; i > 1; --i) std::swap(order[i - 1], order[draw.below(i)]);
  }
  for (std::size_t i = 0; i < points; ++i) {
    Combination chosen(sizes.size());
    for (std::size_t axis = 0; axis < sizes.size(); ++axis)
      chosen[axis] = static_cast<std::uint32_t>((2 * strata[axis][i] + 1) * sizes[axis] /
                                                (2 * std::uint64_t{points}));
    offer(chosen);
  }
}

// Another hypercube follows as long as points are missing: combinations that coincide are offered
// once, and some may not be taken.
void latin_hypercube(const Sizes& sizes, std::size_t points, std::uint64_t seed, const Take& take) {
  SplitMix64 draw(seed);
  std::set<Combination> offered;
  std::size_t taken = 0;
  const std::uint64_t size = grid_size(sizes);
  for (std::uint64_t i = 0; i < max_hypercubes && taken < points && offered.size() < size; ++i)
    offer_hypercube(sizes, points, draw, [&](const Combination& chosen) {
      if (taken < points && offered.insert(chosen).second) taken += take(chosen);
    });
}

}  // namespace

std::uint64_t SplitMix64::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::uint64_t SplitMix64::below(std::uint64_t bound) {
  // Taking 2^64 modulo `bound` alone would favour small numbers.
  const std::uint64_t unfair = (0 - bound) % bound;
  std::uint64_t drawn = next();
  while (drawn < unfair) drawn = next();
  return drawn % bound;
}

const std::vector<Sampler>& samplers() {
  static const std::vector<Sampler> table = {
      {"grid", "every combination", false, grid},
      {"random", "combinations drawn at random, none twice", true, random},
      {"latin_hypercube", "combinations that cover every axis evenly", true, latin_hypercube},
  };
  return table;
}

}  // namespace peeksim
