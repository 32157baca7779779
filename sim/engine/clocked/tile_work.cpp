#include "sim/engine/clocked/tile_work.h"

#include <algorithm>
#include <numeric>

namespace peeksim::clocked {

void TileWork::clear(int row_count, int column_count) {
  rows = row_count;
  columns = column_count;
  position.assign(std::size_t(rows) * columns, -1);
  channel.resize(columns);
  std::iota(channel.begin(), channel.end(), 0);
  multicast = jobs = last_peek = before_fill = own_taps = false;
  copies.clear();
  peek_rows = 0;
}

void TileWork::settle() {
  enable.assign(position.size(), 0.0f);
  live_in_row.assign(rows, 0);
  row_position.assign(rows, -1);
  drain_rows.clear();
  shared_rows = true;
  std::vector<char> column_live(columns);
  distinct.clear();
  pes_at.clear();
  std::size_t of_peeks = 0;  // positions; no neighbor has one of them
  live_pes = 0;
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const int p = position[row * columns + column];
      if (p < 0) continue;
      enable[row * columns + column] = 1.0f;
      column_live[column] = 1;
      ++live_in_row[row];
      if (row_position[row] != p) {
        shared_rows &= row_position[row] < 0;
        row_position[row] = p;
      }
      if (p >= static_cast<int>(index_.size())) index_.resize(p + 1);
      if (index_[p] == 0) {
        distinct.push_back(p);
        pes_at.push_back(0);
        index_[p] = static_cast<int>(distinct.size());
      }
      ++pes_at[index_[p] - 1];
    }
    live_pes += live_in_row[row];
    if (live_in_row[row] > 0) drain_rows.push_back(row);
    if (row < peek_rows) of_peeks = distinct.size();
  }
  for (const int p : distinct) index_[p] = 0;
  multicast_positions = multicast ? static_cast<int>(distinct.size() - of_peeks) : 0;
  std::vector<int> channels;
  for (int column = 0; column < columns; ++column)
    if (column_live[column]) channels.push_back(channel[column]);
  live_columns = static_cast<int>(channels.size());
  std::sort(channels.begin(), channels.end());
  channels.erase(std::unique(channels.begin(), channels.end()), channels.end());
  live_channels = static_cast<int>(channels.size());
  copied = 0;
  for (const std::vector<int>& of_row : copies) copied += static_cast<Count>(of_row.size());
}

}  // namespace peeksim::clocked
