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

// Calls visit(element) for every element of the set, in order.
template <class Visit>
void for_each_bit(const std::uint64_t* set, int words, Visit&& visit) {
  for (int w = 0; w < words; ++w)
    for (std::uint64_t rest = set[w]; rest != 0; rest &= rest - 1)
      visit(w * 64 + __builtin_ctzll(rest));
}

}  // namespace peeksim
