#include "sim/engine/clocked/work.h"

#include <algorithm>

namespace peeksim::clocked {

namespace {

// Calls visit(window of the block, row and column of the window in the grid).
template <class Visit>
void for_each_window(const Block& block, Visit&& visit) {
  int window = 0;
  for (int r = 0; r < block.window_rows; ++r)
    for (int c = 0; c < block.window_cols; ++c)
      visit(window++, block.window_row + r, block.window_col + c);
}

}  // namespace

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

StepBits::StepBits(int window_count, int column_count)
    : windows(window_count), columns(column_count) {
  bits.resize(std::size_t(windows) * words());
}

void StepBits::set_all(int window) {
  for (int column = 0; column < columns; ++column)
    bits[std::size_t(window) * words() + column / 64] |= std::uint64_t{1} << (column % 64);
}

StepBits initial_bits(const Work& work, int step) {
  const Block& block = work.block(step);
  const WindowGrid& grid = work.grid();
  StepBits bits(block.window_rows * block.window_cols, work.step(step).channels);
  for_each_window(block, [&](int window, int row, int col) {
    if (!work.has_peeks())
      work.known->extract(row * grid.cols() + col, work.channel(step, 0), bits.columns,
                          &bits.bits[std::size_t(window) * bits.words()]);
    else if (grid.peeks_of(row, col) > 0)
      bits.set_all(window);
  });
  return bits;
}

NeighborTiles place_neighbors(const Work& work, int step, const StepBits& bits) {
  const WindowGrid& grid = work.grid();
  const ArraySpec& array = work.machine->array;
  StepWindows pass;
  pass.parameters = &work.machine->parameters;
  pass.rows = array.rows;
  pass.array_columns = array.cols;
  pass.columns = bits.columns;
  for_each_window(work.block(step), [&](int, int row, int col) {
    pass.peeks.push_back(grid.peeks_of(row, col));
    pass.neighbors.push_back(grid.neighbors_of(row, col));
  });
  StepBits live(bits.windows, bits.columns);
  for (int window = 0; window < bits.windows; ++window) live.set_all(window);
  for (std::size_t i = 0; i < live.bits.size(); ++i) live.bits[i] &= ~bits.bits[i];
  pass.live = std::move(live.bits);

  NeighborTiles neighbors;
  neighbors.step = step;
  neighbors.positions = window_order(grid, work.block(step), Members::neighbors);
  neighbors.skipped = find_dispatch(array.dispatch).place(pass, neighbors.tiles);
  return neighbors;
}

}  // namespace peeksim::clocked
