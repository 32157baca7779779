// Sets as words of bits.
#include "sim/base/bits.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "tests/support/random.h"

using namespace peeksim;

TEST_CASE("the lowest bits of a word are none, some or all") {
  CHECK(low_bits(0) == 0);
  CHECK(low_bits(3) == 7);
  CHECK(low_bits(64) == ~std::uint64_t{0});
}

TEST_CASE("a range of a set is counted as element by element") {
  Random random(3);
  std::vector<std::uint64_t> set(5);
  for (int i = 0; i < 100; ++i) {
    const int element = random.between(0, 319);
    set[element / 64] |= std::uint64_t{1} << (element % 64);
  }
  for (int i = 0; i < 2000; ++i) {
    const int first = random.between(0, 320), count = random.between(0, 320 - first);
    Count expected = 0;
    for (int element = first; element < first + count; ++element)
      expected += set[element / 64] >> (element % 64) & 1;
    CAPTURE(first);
    CAPTURE(count);
    CHECK(count_bits(set.data(), first, count) == expected);
  }
}

TEST_CASE("the elements of a set are visited in order") {
  const std::vector<std::uint64_t> set = {1u | std::uint64_t{1} << 63, 0, 6};
  std::vector<int> seen;
  for_each_bit(set.data(), 3, [&](int element) { seen.push_back(element); });
  CHECK(seen == std::vector<int>{0, 63, 129, 130});
  CHECK(count_bits(set.data(), 3) == 4);
}

TEST_CASE("transposing a square of bits exchanges rows and columns") {
  Random random(4);
  std::uint64_t square[64] = {}, transposed[64] = {};
  for (int i = 0; i < 2000; ++i) {
    const int row = random.between(0, 63), column = random.between(0, 63);
    square[row] |= std::uint64_t{1} << column;
    transposed[column] |= std::uint64_t{1} << row;
  }
  transpose(square);
  CHECK(std::equal(square, square + 64, transposed));
}
