#include "sim/skip/window_grid.h"

#include <algorithm>

namespace peeksim {

bool WindowGrid::is_peek(Position at) const {
  if (estimates > 0) return false;
  if (first != nullptr) return (*first)[std::size_t(at.row) * Q + at.col] != 0;
  if (computes_without_peek && existing_peeks(at.row / height, at.col / width) == 0) return true;
  return std::binary_search(peeks.begin(), peeks.end(), Position{at.row % height, at.col % width});
}

// A window that is itself a peek is never predicted.
std::vector<Position> WindowGrid::neighbors() const {
  std::vector<Position> positions;
  for (int row = 0; row < height; ++row)
    for (int col = 0; col < width; ++col)
      if (first != nullptr || !is_peek({row, col})) positions.push_back({row, col});
  return positions;
}

int WindowGrid::peeks_of(int row, int col) const {
  if (first != nullptr) return is_peek({row, col});
  const int existing = existing_peeks(row, col);
  return computes_without_peek && existing == 0 ? height_of(row) * width_of(col) : existing;
}

int WindowGrid::existing_peeks(int row, int col) const {
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
