#include "sim/skip/interpolation.h"

#include <limits>

namespace peeksim {

// Peeks are sorted, so that of equally near ones the first in raster order is kept.
int source_of(const WindowGrid& grid, int position) {
  const Position at{position / grid.Q, position % grid.Q};
  if (grid.is_peek(at)) return position;
  const int top = at.row / grid.height * grid.height, left = at.col / grid.width * grid.width;
  int nearest = position, least = std::numeric_limits<int>::max();
  for (const Position& peek : grid.peeks) {
    const int row = top + peek.row, col = left + peek.col;
    if (row >= grid.P || col >= grid.Q) continue;
    const int distance = (row - at.row) * (row - at.row) + (col - at.col) * (col - at.col);
    if (distance >= least) continue;
    least = distance;
    nearest = row * grid.Q + col;
  }
  return nearest;
}

}  // namespace peeksim
