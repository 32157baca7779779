// Bit sets stored in 64-bit words: element i is bit i % 64 of word i / 64.
#pragma once

#include <cstdint>

#include "sim/base/units.h"

namespace peeksim {

// The lowest `count` bits. REQUIRES: 0 <= count <= 64.
constexpr std::uint64_t low_bits(int count) {
  return count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

// Sums of neighboring fields, in fields of twice the width each time: the processors that we build
// for need not have an instruction for it, and a call costs as much again. (H. S. Warren, Hacker's
// Delight, section 5-1.)
constexpr int count_bits(std::uint64_t word) {
  word -= word >> 1 & 0x5555555555555555;
  word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
  word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
  return static_cast<int>(word * 0x0101010101010101 >> 56);
}

inline int count_bits(const std::uint64_t* set, int words) {
  int count = words > 0 ? count_bits(set[0]) : 0;  // mostly all: outside the loop it costs least
  for (int w = 1; w < words; ++w) count += count_bits(set[w]);
  return count;
}

// The number of elements of the set in [first, first + count).
inline Count count_bits(const std::uint64_t* set, Count first, Count count) {
  if (count <= 0) return 0;
  const Count last = (first + count - 1) / 64;  // word
  const int end = static_cast<int>((first + count - 1) % 64) + 1;
  Count word = first / 64;
  std::uint64_t bits = set[word] & ~low_bits(static_cast<int>(first % 64));
  Count sum = 0;
  for (; word < last; bits = set[++word]) sum += count_bits(bits);
  return sum + count_bits(bits & low_bits(end));
}

// Transposes a 64 x 64 bit matrix: bit c of row r becomes bit r of row c. (H. S. Warren, Hacker's
// Delight, section 7-3: off-diagonal squares change places, at half the size in each round.)
inline void transpose(std::uint64_t (&rows)[64]) {
  std::uint64_t lower = low_bits(32);  // selects the first half of the columns of each square
  for (int half = 32; half > 0; half /= 2, lower ^= lower << half)
    for (int square = 0; square < 64; square += 2 * half)
      for (int r = square; r < square + half; ++r) {
        const std::uint64_t swapped = (rows[r] >> half ^ rows[r + half]) & lower;
        rows[r] ^= swapped << half;
        rows[r + half] ^= swapped;
      }
}

// Calls visit(element) for every element of the set, in order.
template <class Visit>
void for_each_bit(const std::uint64_t* set, int words, Visit&& visit) {
  for (int w = 0; w < words; ++w)
    for (std::uint64_t rest = set[w]; rest != 0; rest &= rest - 1)
      visit(w * 64 + __builtin_ctzll(rest));
}

}  // namespace peeksim
