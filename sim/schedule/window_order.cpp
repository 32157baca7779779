#include "sim/schedule/window_order.h"

#include "sim/skip/interpolation.h"

namespace peeksim {

std::vector<int> window_order(const WindowGrid& grid, const Block& block, Members members) {
  std::vector<char> in_pattern(std::size_t(grid.height) * grid.width);
  for (const Position& peek : grid.peeks) in_pattern[peek.row * grid.width + peek.col] = 1;
  std::vector<int> positions;
  positions.reserve(block.positions());
  for_each_window(block, [&](int, int row, int col) {
    const bool all_peeks = grid.computes_without_peek &&
                           grid.peeks_of(row, col) == grid.height_of(row) * grid.width_of(col);
    for (int i = 0; i < grid.height_of(row); ++i) {
      for (int j = 0; j < grid.width_of(col); ++j) {
        const int position = (row * grid.height + i) * grid.Q + col * grid.width + j;
        const bool peek = grid.first != nullptr ? (*grid.first)[position] != 0
                                                : all_peeks || in_pattern[i * grid.width + j] != 0;
        if (members == Members::all || (members == Members::neighbors && grid.estimates > 0) ||
            peek == (members == Members::peeks))
          positions.push_back(position);
      }
    }
  });
  return positions;
}

std::map<int, std::vector<int>> copies_in(const WindowGrid& grid, const Block& block) {
  std::map<int, std::vector<int>> copies;
  for (const int position : window_order(grid, block, Members::neighbors))
    copies[source_of(grid, position)].push_back(position);
  return copies;
}

}  // namespace peeksim
