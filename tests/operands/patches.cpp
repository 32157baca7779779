// The activations under the taps of outputs, against a slow loop.
#include "sim/operands/patches.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/random.h"
#include "tests/support/reference_taps.h"

using namespace peeksim;

namespace {

Layer random_layer(Random& random) {
  for (;;) {
    Layer layer;
    layer.groups = random.one_of<int>({1, 1, 2, 3});
    layer.C = layer.groups * random.between(1, 3), layer.K = layer.groups;
    layer.H = random.between(1, 40), layer.W = random.between(1, 40);
    layer.R = random.between(1, 3), layer.S = random.between(1, 4);
    layer.stride_h = random.between(1, 3), layer.stride_w = random.between(1, 2);
    layer.pad_top = random.between(0, 2), layer.pad_left = random.between(0, 3);
    layer.pad_bottom = random.between(0, 2), layer.pad_right = random.between(0, 1);
    layer.dilation_h = random.between(1, 2), layer.dilation_w = random.between(1, 3);
    if (shape_error(layer).empty()) return layer;
  }
}

// Of all groups and positions, `at_once` outputs at a time.
void check(const Layer& layer, const std::vector<float>& ifmap, int at_once) {
  Patches patches(layer, ifmap);
  const int positions = static_cast<int>(layer.positions()), taps = static_cast<int>(layer.L());
  int wrong = 0;
  for (int group = 0; group < layer.groups; ++group)
    for (int first = 0; first < positions; first += at_once) {
      const int count = std::min(at_once, positions - first);
      patches.take(group, first, count);
      for (int tap = 0; tap < taps; ++tap)
        for (int i = 0; i < count; ++i)
          wrong += patches.of_tap(tap)[i] != reference_activation(layer, ifmap, group,
                                                                  (first + i) / layer.Q(),
                                                                  (first + i) % layer.Q(), tap);
    }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("patches are the activations under the taps, with stride, padding, dilation and groups") {
  int large = 0;
  for (unsigned seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Layer layer = random_layer(random);
    const std::vector<float> ifmap = random.values(Count{layer.C} * layer.H * layer.W);
    check(layer, ifmap, Patches::max_outputs);
    check(layer, ifmap, random.between(1, 9));
    large += layer.positions() > Patches::max_outputs;
  }
  CHECK(large > 5);
}

TEST_CASE("padding is zero on each of the four sides, by hand") {
  // A 2x2 map, 2x2 kernel; a row above, two columns on the right: 2x3 outputs.
  Layer layer;
  layer.H = layer.W = layer.R = layer.S = 2;
  layer.pad_top = 1, layer.pad_right = 2;
  const std::vector<float> ifmap = {1, 2, 3, 4};
  Patches patches(layer, ifmap);
  patches.take(0, 0, 6);
  const std::vector<std::vector<float>> expected = {
      {0, 0, 0, 1, 2, 0}, {0, 0, 0, 2, 0, 0}, {1, 2, 0, 3, 4, 0}, {2, 0, 0, 4, 0, 0}};
  for (int tap = 0; tap < 4; ++tap)
    CHECK(std::vector<float>(patches.of_tap(tap), patches.of_tap(tap) + 6) == expected[tap]);
}
