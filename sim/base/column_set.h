// Sets of columns as words of bits.
#pragma once

#include <bitset>
#include <cstdint>

namespace peeksim {

inline int count_columns(const std::uint64_t* set, int words) {
  int count = 0;
  for (int w = 0; w < words; ++w) count += static_cast<int>(std::bitset<64>(set[w]).count());
  return count;
}

// Calls visit(column) for every column of the set, in order.
template <class Visit>
void for_each_column(const std::uint64_t* set, int words, Visit&& visit) {
  for (int w = 0; w < words; ++w)
    for (std::uint64_t rest = set[w]; rest != 0; rest &= rest - 1)
      visit(w * 64 + __builtin_ctzll(rest));
}

}  // namespace peeksim
