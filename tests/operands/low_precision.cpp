// Activations and weights at few bits: their levels, by hand.
#include "sim/operands/low_precision.h"

#include <doctest/doctest.h>

#include "tests/support/layer_values.h"

using namespace peeksim;

namespace {

// weight: [K][C], a 1x1 kernel. ifmap: [C].
LowPrecision low(const std::vector<float>& ifmap, const std::vector<float>& weight, int bits,
                 int groups = 1) {
  Layer layer;
  layer.C = static_cast<int>(ifmap.size());
  layer.groups = groups;
  layer.K = static_cast<int>(weight.size()) * groups / layer.C;
  Operands operands;
  operands.ifmap = ifmap;
  operands.weight = weights_by_tap(layer, weight);
  return LowPrecision(layer, operands, bits);
}

}  // namespace

TEST_CASE("activations without a negative one use all levels, others those of a sign") {
  struct Levels {
    int bits;
    float levels, signed_levels;
  };
  for (const Levels& of : {Levels{2, 3, 1}, {4, 15, 7}, {8, 255, 127}}) {
    CAPTURE(of.bits);
    const LowPrecision positive = low({0, 3}, {1, 1}, of.bits);
    CHECK(positive.activation(3) == of.levels);
    CHECK(positive.activation(0) == 0);
    const LowPrecision mixed = low({-3, 1}, {1, 1}, of.bits);
    CHECK(mixed.activation(-3) == -of.signed_levels);
    CHECK(mixed.activation(3) == of.signed_levels);
    CHECK(positive.weight(1, 0) == of.signed_levels);
  }
}

TEST_CASE("a negative zero is no negative activation") {
  CHECK(low({-0.0f, 3}, {1, 1}, 4).activation(3) == 15);
}

TEST_CASE("halves go to the even neighbor, on both sides of zero") {
  // Steps of 1: the largest activation is 15, the largest weight 7.
  const LowPrecision steps = low({15, 0}, {7, 0}, 4);
  struct Rounded {
    float value, integer;
  };
  for (const Rounded& of :
       {Rounded{0.5f, 0}, {1.5f, 2}, {2.5f, 2}, {3.5f, 4}, {2.4999f, 2}, {2.5001f, 3}}) {
    CAPTURE(of.value);
    CHECK(steps.activation(of.value) == of.integer);
    CHECK(steps.weight(of.value, 0) == of.integer);
    CHECK(steps.weight(-of.value, 0) == -of.integer);
  }
}

TEST_CASE("every channel has a step of its own, and the activations one for all groups") {
  const LowPrecision grouped = low({15, 1}, {7, 14, -0.7f, 0}, 4, 2);
  CHECK(grouped.activation(1) == 1);
  CHECK(grouped.weight(7, 0) == 7);
  CHECK(grouped.weight(7, 1) == 4);  // 3.5 steps of 2
  CHECK(grouped.weight(-0.7f, 2) == -7);
  CHECK(grouped.sum(3, 0) == 3);
  CHECK(grouped.sum(3, 1) == 6);
}

TEST_CASE("an ifmap or a channel of zeros has zeros as its integers, and sums of zero") {
  const LowPrecision dark = low({0, -0.0f}, {1, 2}, 4);
  CHECK(dark.activation(0) == 0);
  CHECK(dark.sum(0, 0) == 0);
  const LowPrecision blank = low({1, 2}, {0, -0.0f, 1, 1}, 4);
  CHECK(blank.weight(0, 0) == 0);
  CHECK(blank.weight(-0.0f, 0) == 0);
  CHECK(blank.weight(1, 1) == 7);
  CHECK(blank.sum(5, 0) == 0);
}
