// The outputs of a block in the order of the program.
#pragma once

#include <map>
#include <vector>

#include "sim/schedule/plan.h"

namespace peeksim {

// Which outputs of a window a list holds.
enum class Members { all, peeks, neighbors };

// The plane positions (row · Q + column) of a block in window order: windows in raster order,
// positions in raster order inside a window.
std::vector<int> window_order(const WindowGrid& grid, const Block& block, Members members);

// The outputs of a block that are interpolated, by the plane position of the one that each has its
// value from.
std::map<int, std::vector<int>> copies_in(const WindowGrid& grid, const Block& block);

// Calls visit(window of the block, row and column of the window in the grid), in window order.
template <class Visit>
void for_each_window(const Block& block, Visit&& visit) {
  int window = 0;
  for (int r = 0; r < block.window_rows; ++r)
    for (int c = 0; c < block.window_cols; ++c)
      visit(window++, block.window_row + r, block.window_col + c);
}

}  // namespace peeksim
