// Sets as words of bits: element i is bit i % 64 of word i / 64.
#pragma once

#include <bitset>
#include <cstdint>

#include "sim/base/units.h"

namespace peeksim {

// The lowest `count` bits. REQUIRES: 0 <= count <= 64.
constexpr std::uint64_t low_bits(int count) {
  return count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

inline int count_bits(std::uint64_t word) {
  return static_cast<int>(std::bitset<64>(word).count());
}

inline int count_bits(const std::uint64_t* set, int words) {
  int count = 0;
  for (int w = 0; w < words; ++w) count += count_bits(set[w]);
  return count;
}

// How many of the `count` elements from `first` on are in the set.
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

// Bit c of row r becomes bit r of row c. (H. S. Warren, Hacker's Delight, section 7-3: squares of
// half the size change places, again and again.)
inline void transpose(std::uint64_t (&rows)[64]) {
  std::uint64_t lower = low_bits(32);  // of the columns, the first half of each square
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
