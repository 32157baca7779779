#include "sim/engine/clocked/work.h"

#include <algorithm>

namespace peeksim::clocked {

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
    if (!work.compares())
      work.known->extract(row * grid.cols() + col, 1, work.channel(step, 0), bits.columns,
                          &bits.bits[std::size_t(window) * bits.words()]);
    else if (grid.peeks_of(row, col) > 0)
      bits.set_all(window);
  });
  return bits;
}

namespace {

StepWindows windows_of(const Work& work, int step, const StepBits& bits) {
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
  return pass;
}

}  // namespace

NeighborTiles place_neighbors(const Work& work, int step, const StepBits& bits) {
  NeighborTiles neighbors;
  neighbors.step = step;
  neighbors.positions = window_order(work.grid(), work.block(step), Members::neighbors);
  neighbors.sums = find_dispatch(work.machine->array.dispatch)
                       .place(windows_of(work, step, bits), neighbors.tiles);
  return neighbors;
}

void NeighborTiles::count(Counters& counters) const {
  Count jobs = 0;
  for (const PlacedTile& tile : tiles) {
    const std::size_t columns = tile.channel.size();
    for (std::size_t column = 0; tile.jobs && column < columns; ++column)
      jobs += tile.neighbor[column] != idle_pe;
  }
  counters.tiles_skipped += sums.skipped;
  counters.jobs_peak = std::max(counters.jobs_peak, jobs);
  counters.queue_peak = std::max(counters.queue_peak, sums.queue_peak);
}

bool may_fill(const Work& work, Count peeks) {
  const ArraySpec& array = work.machine->array;
  return work.has_peeks() && find_dispatch(array.dispatch).fill != nullptr && peeks > array.rows;
}

FilledTile fill_last_peek_tile(const Work& work, int step, const StepBits& bits) {
  const PlacedTile placed =
      find_dispatch(work.machine->array.dispatch).fill(windows_of(work, step, bits));
  const std::vector<int> positions =
      window_order(work.grid(), work.block(step), Members::neighbors);
  FilledTile tile;
  tile.step = step;
  for (const int neighbor : placed.neighbor)
    tile.position.push_back(neighbor == idle_pe ? -1 : positions[neighbor]);
  return tile;
}

}  // namespace peeksim::clocked
