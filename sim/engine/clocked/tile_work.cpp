#include "sim/engine/clocked/tile_work.h"

#include <algorithm>

namespace peeksim::clocked {

void TileWork::clear(int row_count, int column_count) {
  rows = row_count;
  columns = column_count;
  position.assign(std::size_t(rows) * columns, -1);
}

void TileWork::settle() {
  enable.assign(position.size(), 0.0);
  live_in_row.assign(rows, 0);
  row_position.assign(rows, -1);
  drain_rows.clear();
  shared_rows = true;
  std::vector<char> column_live(columns);
  std::vector<int> seen;
  live_pes = 0;
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const int p = position[row * columns + column];
      if (p < 0) continue;
      enable[row * columns + column] = 1.0;
      column_live[column] = 1;
      ++live_in_row[row];
      if (row_position[row] != p) {
        shared_rows &= row_position[row] < 0;
        row_position[row] = p;
        seen.push_back(p);
      }
    }
    live_pes += live_in_row[row];
    if (live_in_row[row] > 0) drain_rows.push_back(row);
  }
  std::sort(seen.begin(), seen.end());
  distinct = static_cast<int>(std::unique(seen.begin(), seen.end()) - seen.begin());
  live_columns = static_cast<int>(std::count(column_live.begin(), column_live.end(), 1));
}

}  // namespace peeksim::clocked
