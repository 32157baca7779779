// The order in which an accelerator builds its blocks, which is also the order in which the kernel
// runs their processes. It must not change any result; tests change it to show that.
#pragma once

#include <functional>
#include <vector>

namespace peeksim {

// Makes each block once. order: a permutation of the blocks' indices, or empty for the default.
template <std::size_t Blocks>
void make_in_order(const std::function<void()> (&make)[Blocks], const std::vector<int>& order) {
  for (std::size_t i = 0; i < Blocks; ++i) make[order.empty() ? i : order[i]]();
}

}  // namespace peeksim
