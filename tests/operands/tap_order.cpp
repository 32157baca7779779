// In what order outputs take their taps: small cases by hand, and random ones against the
// definition.
#include "sim/operands/tap_order.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/random.h"
#include "tests/support/reference_taps.h"

using namespace peeksim;

namespace {

using Taps = std::vector<std::int32_t>;

// A channel of a 1x1 kernel has these weights.
TapOrder order_of(const std::vector<float>& weights, int percent = 0) {
  Layer layer;
  layer.C = static_cast<int>(weights.size());
  Operands operands;
  operands.weight = weights;
  return tap_order(layer, operands, 0, percent);
}

}  // namespace

TEST_CASE("weights that are not negative come first in their order, then the most negative first") {
  const TapOrder order = order_of({-1, 2, -3, 1, -2, 5});
  CHECK(order.taps == Taps{1, 3, 5, 2, 4, 0});
  CHECK(order.speculated == 0);
  CHECK(order.rising == 3);
  CHECK(order.first_cut() == 3);
}

TEST_CASE("zeros, negative ones too, are not negative weights") {
  const TapOrder order = order_of({-1, 0.0f, -0.0f, 1});
  CHECK(order.taps == Taps{1, 2, 3, 0});
  CHECK(order.rising == 3);
}

TEST_CASE("equal negative weights keep their order") {
  CHECK(order_of({-1, -2, -1, -2, 0, -1}).taps == Taps{4, 1, 3, 0, 2, 5});
}

TEST_CASE("without a weight that is not negative the first tap may already cut short") {
  const TapOrder order = order_of({-1, -4, -2});
  CHECK(order.taps == Taps{1, 2, 0});
  CHECK(order.rising == 0);
  CHECK(order.first_cut() == 1);
  CHECK(order_of({1, 2, 3}).first_cut() == 3);  // all taps
}

TEST_CASE("the largest weight of each group of similar ones is speculated") {
  // By magnitude: taps 3 (1), 0 (2), 4 (3), 1 (4), 5 (5), 2 (6). Half of them: three groups of two.
  const std::vector<float> weights = {2, -4, 6, -1, -3, 5};
  const TapOrder order = order_of(weights, 50);
  CHECK(order.speculated == 3);
  CHECK(order.taps == Taps{0, 1, 2, 5, 4, 3});
  CHECK(order.rising == 4);
}

TEST_CASE("groups differ by one where the speculated taps do not divide all") {
  // 5 taps, 40 %: two groups, places 0-1 and 2-4 of the list; 60 %: places 0, 1-2 and 3-4.
  const std::vector<float> weights = {1, 2, 3, 4, 5};
  CHECK(order_of(weights, 40).taps == Taps{1, 4, 0, 2, 3});
  CHECK(order_of(weights, 60).taps == Taps{0, 2, 4, 1, 3});
}

TEST_CASE("equal magnitudes are sorted by tap, whatever their sign") {
  const TapOrder order = order_of({-1, 1, -1, 1}, 50);
  CHECK(order.taps == Taps{1, 3, 0, 2});
  CHECK(order.rising == 2);
  const TapOrder zeros = order_of({0, -0.0f, 0}, 60);  // two groups: place 0, places 1-2
  CHECK(zeros.taps == Taps{0, 2, 1});
  CHECK(zeros.rising == 3);
}

TEST_CASE("one percent speculates at least one tap, a hundred all of them") {
  const std::vector<float> weights = {3, -5, 1, -2};
  const TapOrder one = order_of(weights, 1);
  CHECK(one.speculated == 1);
  CHECK(one.taps == Taps{1, 0, 2, 3});
  CHECK(one.rising == 3);
  const TapOrder all = order_of(weights, 100);
  CHECK(all.speculated == 4);
  CHECK(all.taps == Taps{2, 3, 0, 1});
  CHECK(all.rising == 4);
  CHECK(order_of(std::vector<float>(100, 1), 1).speculated == 1);
  CHECK(order_of(std::vector<float>(101, 1), 1).speculated == 2);
}

TEST_CASE("a single tap has its order") {
  for (const int percent : {0, 1, 100}) {
    CHECK(order_of({-1}, percent).taps == Taps{0});
    CHECK(order_of({-1}, percent).first_cut() == 1);
  }
}

TEST_CASE("the order of every channel of every group is a permutation, as defined") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Layer layer;
    layer.groups = random.between(1, 3);
    layer.C = layer.groups * random.between(1, 4);
    layer.K = layer.groups * random.between(1, 3);
    layer.R = random.between(1, 3), layer.S = random.between(1, 3);
    layer.H = layer.R, layer.W = layer.S;
    const int taps = static_cast<int>(layer.L()), percent = random.one_of<int>({0, 1, 33, 70, 100});
    const std::vector<float> weight = random.values(layer.K * taps);
    Operands operands;
    operands.weight = weights_by_tap(layer, weight);
    for (int k = 0; k < layer.K; ++k) {
      const TapOrder order = tap_order(layer, operands, k, percent);
      const std::vector<float> own(weight.begin() + k * taps, weight.begin() + (k + 1) * taps);
      const std::vector<int> expected = reference_order(own, percent);
      CHECK(order.taps == Taps(expected.begin(), expected.end()));
      CHECK(order.speculated == reference_speculated(taps, percent));
      for (int place = order.rising; place < taps; ++place) CHECK(own[order.taps[place]] < 0);
      if (order.rising > order.speculated) CHECK(own[order.taps[order.rising - 1]] >= 0);
      Taps sorted = order.taps;
      std::sort(sorted.begin(), sorted.end());
      for (int tap = 0; tap < taps; ++tap) REQUIRE(sorted[tap] == tap);
    }
  }
}

TEST_CASE("one negative activation forbids to cut short, a negative zero does not") {
  Operands operands;
  operands.ifmap = {0, 1, 2};
  CHECK(may_cut_short(operands));
  operands.ifmap.push_back(-0.0f);
  CHECK(may_cut_short(operands));
  operands.ifmap.push_back(-1e-30f);
  CHECK_FALSE(may_cut_short(operands));
}
