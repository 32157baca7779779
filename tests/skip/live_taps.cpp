// Which taps are live: by hand, and tap by tap on random layers.
#include "sim/skip/operands/live_taps.h"

#include <doctest/doctest.h>

#include "sim/skip/operands/zero_gating.h"
#include "tests/support/random_case.h"

using namespace peeksim;

namespace {

bool test(const LiveTaps& live, const Layer& layer, int group, Count position, Count tap) {
  const std::uint64_t* own = live.of_group(group) + position * LiveTaps::words_of(layer);
  return own[tap / 64] >> (tap % 64) & 1;
}

// The activation under a tap; padding is 0.
float activation(const Layer& layer, const std::vector<float>& ifmap, int group, Count position,
                 Count tap) {
  const int c = static_cast<int>(tap / (layer.R * layer.S)) + group * (layer.C / layer.groups);
  const int r = static_cast<int>(tap / layer.S % layer.R), s = static_cast<int>(tap % layer.S);
  const int y = static_cast<int>(position / layer.Q()) * layer.stride_h - layer.pad_top +
                r * layer.dilation_h;
  const int x = static_cast<int>(position % layer.Q()) * layer.stride_w - layer.pad_left +
                s * layer.dilation_w;
  if (y < 0 || y >= layer.H || x < 0 || x >= layer.W) return 0;
  return ifmap[(std::size_t(c) * layer.H + y) * layer.W + x];
}

void check_every_tap(const Layer& layer, const std::vector<float>& ifmap) {
  const LiveTaps live(layer, ifmap);
  REQUIRE(live.known());
  bool same = true;
  for (int group = 0; group < layer.groups; ++group)
    for (Count position = 0; position < layer.positions(); ++position)
      for (Count tap = 0; tap < layer.L(); ++tap)
        same &= test(live, layer, group, position, tap) ==
                (activation(layer, ifmap, group, position, tap) != 0);
  CHECK(same);
  CHECK(zero_taps(layer, live) == zero_taps(layer, ifmap));
}

}  // namespace

TEST_CASE("a tap is live when its activation is neither 0 nor padding, -0 being 0") {
  Layer layer;
  layer.W = 3;
  layer.S = 2;
  layer.pad_left = 1;
  const LiveTaps live(layer, {0.0f, -0.0f, -1e-45f});
  CHECK(*live.of_group(0) == 0);           // padding, 0
  CHECK(*(live.of_group(0) + 1) == 0);     // 0, -0
  CHECK(*(live.of_group(0) + 2) == 0b10);  // -0, the smallest
}

TEST_CASE("nothing is known by default") {
  CHECK_FALSE(LiveTaps().known());
}

TEST_CASE("random layers have the live taps that their ifmap says, tap by tap") {
  for (int seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    RandomCase random(500 + seed);
    const Layer layer = random.layer();
    check_every_tap(layer, random.ifmap(layer));
  }
}

TEST_CASE("kernels and maps wider than a word have the right taps") {
  RandomCase random(1);
  Layer layer;
  layer.W = 300, layer.H = 2, layer.C = 3;
  layer.R = 2, layer.S = 131;
  layer.pad_left = 70;
  for (const int dilation : {1, 2})
    for (const int stride : {1, 3}) {
      layer.dilation_w = dilation, layer.stride_w = stride;
      check_every_tap(layer, random.ifmap(layer));
    }
}
