#include "sim/skip/window_grid.h"

#include <algorithm>

namespace peeksim {

int WindowGrid::peeks_of(int row, int col) const {
  const int h = height_of(row), w = width_of(col);
  return static_cast<int>(std::count_if(peeks.begin(), peeks.end(),
                                        [&](Position p) { return p.row < h && p.col < w; }));
}

}  // namespace peeksim
