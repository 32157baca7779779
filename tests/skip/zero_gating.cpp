// Zero activations and padding, against the seven loops of a convolution.
#include "sim/skip/operands/zero_gating.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/schedule/sample.h"

using namespace peeksim;

namespace {

// Calls visit(k, p, q) for every MAC of the layer whose activation is 0 or padding.
template <class Visit>
void for_each_zero_mac(const Layer& layer, const std::vector<float>& ifmap, Visit&& visit) {
  const int group_C = layer.C / layer.groups, group_K = layer.K / layer.groups;
  for (int k = 0; k < layer.K; ++k) {
    for (int p = 0; p < layer.P(); ++p) {
      for (int q = 0; q < layer.Q(); ++q) {
        for (int c = 0; c < group_C; ++c) {
          for (int r = 0; r < layer.R; ++r) {
            for (int s = 0; s < layer.S; ++s) {
              const int channel = k / group_K * group_C + c;
              const int h = p * layer.stride_h - layer.pad_top + r * layer.dilation_h;
              const int w = q * layer.stride_w - layer.pad_left + s * layer.dilation_w;
              const bool padding = h < 0 || h >= layer.H || w < 0 || w >= layer.W;
              if (padding || ifmap[(std::size_t(channel) * layer.H + h) * layer.W + w] == 0)
                visit(k, p, q);
            }
          }
        }
      }
    }
  }
}

bool gated(const Prediction& prediction, int k, int p, int q) {
  if (!prediction.predicts) return false;
  const WindowGrid& grid = prediction.grid;
  const Position inside{p % grid.height, q % grid.width};
  return std::count(grid.peeks.begin(), grid.peeks.end(), inside) == 0 &&
         prediction.predicted.test(p / grid.height * grid.cols() + q / grid.width, k);
}

Prediction dense(const Layer& layer) {
  return predict(resolve_prediction(roomy_machine("none", 4, 4), layer, false), {}, layer.K, 0);
}

}  // namespace

TEST_CASE("a map without a zero has zero taps in the padding only") {
  Layer layer = conv(2, 2, 2, 3, 3, 3);
  layer.pad_top = layer.pad_left = layer.pad_bottom = layer.pad_right = 1;
  const std::vector<int> taps = zero_taps(layer, std::vector<float>(8, 1.0f));
  CHECK(taps == std::vector<int>(4, 2 * 5));  // five of nine taps, two channels
  CHECK(zero_gated_macs(layer, taps, dense(layer)) == 3 * 4 * 10);
}

TEST_CASE("a map of zeros gates every MAC") {
  const Layer layer = conv(2, 4, 5, 3, 3, 2);
  const std::vector<int> taps = zero_taps(layer, std::vector<float>(40, 0.0f));
  CHECK(zero_gated_macs(layer, taps, dense(layer)) == layer.macs());
}

TEST_CASE("a negative zero is a zero, and the smallest value is not") {
  const Layer layer = conv(1, 1, 3, 1);
  CHECK(zero_taps(layer, {-0.0f, 1e-45f, -1e-45f}) == std::vector<int>{1, 0, 0});
}

TEST_CASE("gated outputs are not counted twice") {
  // One 2x2 window, predicted zero: only the two peeks are computed.
  const Layer layer = conv(1, 2, 2, 1);
  const Prediction prediction =
      predict(resolve_prediction(roomy_machine("peek", 4, 4), layer, false), {-1, 1, 1, -1}, 1, 0);
  REQUIRE(prediction.predicted_zero == 2);
  CHECK(zero_gated_macs(layer, zero_taps(layer, {0, 0, 0, 0}), prediction) == 2);
  CHECK(zero_gated_macs(layer, zero_taps(layer, {0, 0, 0, 7}), prediction) == 1);
  CHECK(zero_gated_macs(layer, zero_taps(layer, {7, 0, 0, 7}), prediction) == 0);
}

TEST_CASE("zero taps and gated MACs agree with the seven loops of a convolution") {
  Count all = 0, left = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Layer layer = random_layer(random);
    if (random.one_in(10)) layer.K = layer.groups * random.between(60, 70);
    const MachineSpec machine = random_machine(random);
    const std::vector<float> ofmap = random.values(layer.outputs());
    std::vector<float> ifmap = random.values(std::size_t(layer.C) * layer.H * layer.W);
    for (float& value : ifmap) value = random.one_in(2) ? 0 : value;

    const Prediction prediction =
        predict(resolve_prediction(machine, layer, false), ofmap, layer.K, 0);
    std::vector<int> expected_taps(layer.groups * layer.positions());
    Count expected_macs = 0;
    for_each_zero_mac(layer, ifmap, [&](int k, int p, int q) {
      const int group_K = layer.K / layer.groups;
      if (k % group_K == 0)
        ++expected_taps[(std::size_t(k / group_K) * layer.P() + p) * layer.Q() + q];
      expected_macs += !gated(prediction, k, p, q);
      ++all;
    });
    const std::vector<int> taps = zero_taps(layer, ifmap);
    CHECK(taps == expected_taps);
    CHECK(zero_gated_macs(layer, taps, prediction) == expected_macs);
    left += expected_macs;
  }
  CHECK(all > 10000);
  CHECK(left < all);
}
