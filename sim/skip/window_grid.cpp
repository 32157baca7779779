#include "sim/skip/window_grid.h"

#include <algorithm>

namespace peeksim {

bool WindowGrid::is_peek(Position inside) const {
  return std::binary_search(peeks.begin(), peeks.end(), inside);
}

int WindowGrid::peeks_of(int row, int col) const {
  const int h = height_of(row), w = width_of(col);
  if (h == height && w == width) return static_cast<int>(peeks.size());
  return static_cast<int>(std::count_if(peeks.begin(), peeks.end(),
                                        [&](Position p) { return p.row < h && p.col < w; }));
}

std::string WindowGrid::window_text() const {
  std::string text = std::to_string(height) + " " + std::to_string(width) + "\n";
  for (const Position& peek : peeks)
    text += std::to_string(peek.row) + " " + std::to_string(peek.col) + "\n";
  return text;
}

}  // namespace peeksim
