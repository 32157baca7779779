// Bits by window and channel, compared with a vector of bool, across the borders of 64-bit words.
#include <doctest/doctest.h>

#include <algorithm>

#include "sim/skip/prediction.h"
#include "tests/support/random.h"

using namespace peeksim;

namespace {

// The channels of extract(), one by one; fails when a bit beyond them is set.
std::vector<bool> extracted(const WindowBits& bits, int window, int first, int channels) {
  const int words = (channels + 63) / 64;
  std::vector<std::uint64_t> out(words + 1, 0xdeadbeefdeadbeef);
  bits.extract(window, 1, first, channels, out.data());
  CHECK(out[words] == 0xdeadbeefdeadbeef);
  std::vector<bool> result(words * 64);
  for (int i = 0; i < words * 64; ++i) result[i] = out[i / 64] >> (i % 64) & 1;
  CHECK(std::count(result.begin() + channels, result.end(), true) == 0);
  result.resize(channels);
  return result;
}

}  // namespace

TEST_CASE("a new set of window bits holds none") {
  const WindowBits bits(3, 130);
  for (int window = 0; window < 3; ++window)
    CHECK(extracted(bits, window, 0, 130) == std::vector<bool>(130, false));
}

TEST_CASE("setting a bit to 0 leaves it, and its neighbors, alone") {
  WindowBits bits(2, 65);
  bits.set(1, 64, 1);
  bits.set(1, 64, 0);
  bits.set(1, 63, 0);
  CHECK(bits.test(1, 64));
  CHECK_FALSE(bits.test(1, 63));
  CHECK_FALSE(bits.test(0, 64));
}

TEST_CASE("a group that straddles two words is extracted whole") {
  WindowBits bits(1, 128);
  for (const int channel : {0, 59, 60, 63, 64, 67, 68, 127}) bits.set(0, channel, 1);
  CHECK(extracted(bits, 0, 60, 8) == std::vector<bool>{1, 0, 0, 1, 1, 0, 0, 1});
}

TEST_CASE("set, test and extract agree with a vector of bool") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const int windows = random.between(1, 5);
    const int channels = random.one_in(3) ? random.one_of<int>({1, 63, 64, 65, 127, 128, 129, 192})
                                          : random.between(1, 300);
    WindowBits bits(windows, channels);
    std::vector<std::vector<bool>> naive(windows, std::vector<bool>(channels));
    for (int i = 0; i < windows * channels; ++i) {
      const int window = random.between(0, windows - 1), channel = random.between(0, channels - 1);
      const bool bit = random.one_in(2);
      bits.set(window, channel, bit);
      if (bit) naive[window][channel] = true;
    }
    int wrong = 0;
    for (int window = 0; window < windows; ++window)
      for (int channel = 0; channel < channels; ++channel)
        wrong += bits.test(window, channel) != naive[window][channel];
    CHECK(wrong == 0);
    for (int i = 0; i < 40; ++i) {
      const int window = random.between(0, windows - 1);
      const int first = random.between(0, channels - 1);
      const int count = random.between(1, channels - first);
      CAPTURE(first);
      CAPTURE(count);
      const auto begin = naive[window].begin() + first;
      CHECK(extracted(bits, window, first, count) == std::vector<bool>(begin, begin + count));

      const int words = (count + 63) / 64;
      std::vector<std::uint64_t> one(words), all(windows * words);
      bits.extract(window, 1, first, count, one.data());
      bits.extract(0, windows, first, count, all.data());
      CHECK(std::equal(one.begin(), one.end(), all.begin() + window * words));
    }
  }
}
