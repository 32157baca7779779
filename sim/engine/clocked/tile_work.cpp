#include "sim/engine/clocked/tile_work.h"

#include <numeric>

namespace peeksim::clocked {

void TileWork::clear(int row_count, int column_count) {
  rows = row_count;
  columns = column_count;
  position.assign(std::size_t(rows) * columns, -1);
  channel.resize(columns);
  std::iota(channel.begin(), channel.end(), 0);
  multicast = jobs = last_peek = before_fill = false;
  peek_rows = 0;
}

// Leaves each value once, in the order in which they first appear.
int TileWork::keep_different(std::vector<int>& values) {
  std::size_t kept = 0;
  for (const int value : values) {
    if (value >= static_cast<int>(seen_.size())) seen_.resize(value + 1);
    if (seen_[value]) continue;
    seen_[value] = true;
    values[kept++] = value;
  }
  values.resize(kept);
  for (const int value : values) seen_[value] = false;
  return static_cast<int>(kept);
}

void TileWork::settle() {
  enable.assign(position.size(), 0.0f);
  live_in_row.assign(rows, 0);
  row_position.assign(rows, -1);
  drain_rows.clear();
  shared_rows = true;
  std::vector<char> column_live(columns);
  distinct.clear();
  std::vector<int> sent;
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
        distinct.push_back(p);
        if (row >= peek_rows) sent.push_back(p);
      }
    }
    live_pes += live_in_row[row];
    if (live_in_row[row] > 0) drain_rows.push_back(row);
  }
  keep_different(distinct);
  multicast_positions = multicast ? keep_different(sent) : 0;
  std::vector<int> channels;
  for (int column = 0; column < columns; ++column)
    if (column_live[column]) channels.push_back(channel[column]);
  live_columns = static_cast<int>(channels.size());
  live_channels = keep_different(channels);
}

}  // namespace peeksim::clocked
