#include "sim/schedule/window_lists.h"

#include "sim/base/bits.h"
#include "sim/schedule/window_order.h"

namespace peeksim {

WindowLists::WindowLists(const Plan& plan, const Prediction& prediction, const MachineSpec& machine)
    : plan_(plan), prediction_(prediction), machine_(machine), of_block_(plan.blocks.size()) {}

const StepWindows& WindowLists::of(const Step& step, int first_channel) {
  const Block& block = plan_.blocks[step.block];
  StepWindows& windows = of_block_[step.block];
  if (windows.neighbors.empty()) windows = list(block);
  windows.columns = step.channels;
  set_live(block, first_channel, windows);
  return windows;
}

StepWindows WindowLists::list(const Block& block) const {
  const WindowGrid& grid = prediction_.grid;
  StepWindows windows;
  windows.parameters = &machine_.parameters;
  windows.rows = machine_.array.rows;
  windows.array_columns = machine_.array.cols;
  if (grid.estimates > 0) {
    windows.first_pass = Pass::lookahead;
    windows.first_speed = grid.estimates;
  }
  for_each_window(block, [&](int, int row, int col) {
    windows.neighbors.push_back(grid.neighbors_of(row, col));
    if (grid.has_peeks()) windows.peeks.push_back(grid.peeks_of(row, col));
  });
  return windows;
}

void WindowLists::set_live(const Block& block, int first_channel, StepWindows& windows) const {
  const int words = windows.words(), cols = prediction_.grid.cols();
  windows.live.resize(windows.neighbors.size() * words);
  std::uint64_t* bits = windows.live.data();
  for (int r = 0; r < block.window_rows; ++r) {
    prediction_.predicted.extract((block.window_row + r) * cols + block.window_col,
                                  block.window_cols, first_channel, windows.columns, bits);
    bits += std::size_t(block.window_cols) * words;
  }
  // Live is what is not predicted; bits beyond the last column stay 0.
  const std::uint64_t in_last_word = low_bits(windows.columns - (words - 1) * 64);
  for (bits = windows.live.data(); bits != windows.live.data() + windows.live.size(); ++bits) {
    for (int w = 1; w < words; ++w, ++bits) *bits = ~*bits;
    *bits ^= in_last_word;
  }
}

}  // namespace peeksim
