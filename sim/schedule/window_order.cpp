#include "sim/schedule/window_order.h"

#include <algorithm>

namespace peeksim {

std::vector<int> window_order(const WindowGrid& grid, const Block& block, Members members) {
  std::vector<int> positions;
  for_each_window(block, [&](int, int row, int col) {
    for (int i = 0; i < grid.height_of(row); ++i) {
      for (int j = 0; j < grid.width_of(col); ++j) {
        const bool peek =
            std::find(grid.peeks.begin(), grid.peeks.end(), Position{i, j}) != grid.peeks.end();
        if (members == Members::all || peek == (members == Members::peeks))
          positions.push_back((row * grid.height + i) * grid.Q + col * grid.width + j);
      }
    }
  });
  return positions;
}

}  // namespace peeksim
