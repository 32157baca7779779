#include "sim/schedule/blocks.h"

#include <algorithm>

#include "sim/base/error.h"

namespace peeksim {

namespace {

// How many rows (columns) of the map [0, size) the taps of outputs [first, first + count) span.
Count tap_span(int first, int count, int stride, int pad, int kernel, int dilation, int size) {
  const Count low = Count{first} * stride - pad;
  const Count high = Count{first + count - 1} * stride - pad + Count{kernel - 1} * dilation;
  return std::max<Count>(0, std::min<Count>(high, size - 1) - std::max<Count>(low, 0) + 1);
}

Bytes ofmap_bytes(const Layer& layer, const Block& block, const MachineSpec& machine) {
  return machine.precision.activation_bytes(block.positions() *
                                            std::min(machine.array.cols, layer.K / layer.groups));
}

// The plane cut into blocks of at most `window_rows` x `window_cols` windows, in raster order.
std::vector<Block> grid_of_blocks(const WindowGrid& grid, int window_rows, int window_cols) {
  std::vector<Block> blocks;
  for (int wr = 0; wr < grid.rows(); wr += window_rows) {
    for (int wc = 0; wc < grid.cols(); wc += window_cols) {
      Block block;
      block.window_row = wr;
      block.window_col = wc;
      block.window_rows = std::min(window_rows, grid.rows() - wr);
      block.window_cols = std::min(window_cols, grid.cols() - wc);
      block.row = wr * grid.height;
      block.col = wc * grid.width;
      block.rows = std::min(block.window_rows * grid.height, grid.P - block.row);
      block.cols = std::min(block.window_cols * grid.width, grid.Q - block.col);
      blocks.push_back(block);
    }
  }
  return blocks;
}

bool all_fit(const std::vector<Block>& blocks, const Layer& layer, const MachineSpec& machine) {
  return std::all_of(blocks.begin(), blocks.end(), [&](const Block& block) {
    return ifmap_bytes(layer, block, machine.precision) <= machine.buffers.ifmap_bytes / 2 &&
           ofmap_bytes(layer, block, machine) <= machine.buffers.ofmap_bytes / 2;
  });
}

// Asks for what the largest window needs: those at the edge may need less.
[[noreturn]] void fail_too_small(const Layer& layer, const MachineSpec& machine,
                                 const std::vector<Block>& windows) {
  Bytes ifmap = 0, ofmap = 0;
  for (const Block& window : windows) {
    ifmap = std::max(ifmap, ifmap_bytes(layer, window, machine.precision));
    ofmap = std::max(ofmap, ofmap_bytes(layer, window, machine));
  }
  const bool ifmap_is_small = ifmap > machine.buffers.ifmap_bytes / 2;
  const std::string key = ifmap_is_small ? "buffers.ifmap_bytes" : "buffers.ofmap_bytes";
  const Bytes have = ifmap_is_small ? machine.buffers.ifmap_bytes : machine.buffers.ofmap_bytes;
  const Bytes need = ifmap_is_small ? ifmap : ofmap;
  throw Error(ErrorKind::machine, machine.location(key),
              "layer '" + layer.name + "': one window needs " + std::to_string(need) +
                  " bytes of the " + (ifmap_is_small ? "ifmap" : "ofmap") +
                  " buffer, but half of it holds " + std::to_string(have / 2),
              "make " + key + " at least " + std::to_string(2 * need));
}

// Grows one extent as long as every block fits; stops at the first that does not.
// `blocks_of(n)` cuts the plane with extent n.
template <class BlocksOf>
std::vector<Block> grow(int max_extent, const Layer& layer, const MachineSpec& machine,
                        BlocksOf&& blocks_of) {
  std::vector<Block> best = blocks_of(1);
  for (int n = 2; n <= max_extent; ++n) {
    std::vector<Block> next = blocks_of(n);
    if (!all_fit(next, layer, machine)) break;
    best = std::move(next);
  }
  return best;
}

}  // namespace

Bytes ifmap_bytes(const Layer& layer, const Block& block, const PrecisionSpec& precision) {
  const Count rows = tap_span(block.row, block.rows, layer.stride_h, layer.pad_top, layer.R,
                              layer.dilation_h, layer.H);
  const Count cols = tap_span(block.col, block.cols, layer.stride_w, layer.pad_left, layer.S,
                              layer.dilation_w, layer.W);
  return precision.activation_bytes(rows * cols * (layer.C / layer.groups));
}

std::vector<Block> cut_blocks(const Layer& layer, const MachineSpec& machine,
                              const WindowGrid& grid) {
  const auto full_width = [&](int rows) { return grid_of_blocks(grid, rows, grid.cols()); };
  if (all_fit(full_width(1), layer, machine)) return grow(grid.rows(), layer, machine, full_width);
  const auto one_row = [&](int cols) { return grid_of_blocks(grid, 1, cols); };
  if (!all_fit(one_row(1), layer, machine)) fail_too_small(layer, machine, one_row(1));
  return grow(grid.cols(), layer, machine, one_row);
}

}  // namespace peeksim
