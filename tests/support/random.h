// Seeded random numbers for tests that compare with a naive implementation: the same on every
// platform, which the distributions of the standard library are not.
#pragma once

#include <random>
#include <vector>

namespace peeksim {

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}

  // Both ends included.
  int between(int least, int most) {
    return least + static_cast<int>(engine_() % static_cast<unsigned>(most - least + 1));
  }
  bool one_in(int n) { return between(1, n) == 1; }

  template <class T>
  T one_of(const std::vector<T>& choices) {
    return choices[between(0, static_cast<int>(choices.size()) - 1)];
  }

  // Quarters from -1 to 1, so that zeros and equal values are common.
  std::vector<float> values(std::size_t count) {
    std::vector<float> values(count);
    for (float& value : values) value = 0.25f * static_cast<float>(between(-4, 4));
    return values;
  }

 private:
  std::mt19937 engine_;
};

}  // namespace peeksim
