// The size of blocks: by hand where growth stops, and against the definition tap by tap.
#include "sim/schedule/blocks.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

#include "sim/base/error.h"
#include "tests/schedule/sample.h"

using namespace peeksim;

namespace {

MachineSpec machine_with(Bytes ifmap_bytes, Bytes ofmap_bytes) {
  MachineSpec machine = roomy_machine("none", 4, 4);
  machine.buffers.ifmap_bytes = ifmap_bytes;
  machine.buffers.ofmap_bytes = ofmap_bytes;
  return machine;
}

std::vector<Block> cut(const Layer& layer, const MachineSpec& machine) {
  return cut_blocks(layer, machine, grid_of(machine, layer));
}

// The heights of full-width blocks; empty when one of them is narrower.
std::vector<int> heights(const std::vector<Block>& blocks, const Layer& layer) {
  std::vector<int> list;
  for (const Block& block : blocks) {
    if (block.cols != layer.Q()) return {};
    list.push_back(block.rows);
  }
  return list;
}

std::string error(const Layer& layer, const MachineSpec& machine) {
  try {
    cut(layer, machine);
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::machine);
    return e.what();
  }
  return "no error";
}

// A rectangle of the ofmap plane, and the cut of the plane into such rectangles of windows.
struct Rectangle {
  int row, col, rows, cols;
};
using Rectangles = std::vector<Rectangle>;

Rectangles naive_cut(const WindowGrid& grid, int window_rows, int window_cols) {
  Rectangles list;
  const int height = window_rows * grid.height, width = window_cols * grid.width;
  for (int row = 0; row < grid.P; row += height)
    for (int col = 0; col < grid.Q; col += width)
      list.push_back({row, col, std::min(height, grid.P - row), std::min(width, grid.Q - col)});
  return list;
}

// The bounding rectangle of the taps, tap by tap, clipped to the map.
Bytes naive_ifmap_bytes(const Layer& layer, const Rectangle& r, int bits) {
  int top = 1000, bottom = -1000, left = 1000, right = -1000;
  for (int p = r.row; p < r.row + r.rows; ++p) {
    for (int tap = 0; tap < layer.R; ++tap) {
      const int h = p * layer.stride_h - layer.pad_top + tap * layer.dilation_h;
      top = std::min(top, h), bottom = std::max(bottom, h);
    }
  }
  for (int q = r.col; q < r.col + r.cols; ++q) {
    for (int tap = 0; tap < layer.S; ++tap) {
      const int w = q * layer.stride_w - layer.pad_left + tap * layer.dilation_w;
      left = std::min(left, w), right = std::max(right, w);
    }
  }
  Bytes elements = 0;
  for (int h = 0; h < layer.H; ++h)
    for (int w = 0; w < layer.W; ++w)
      elements += h >= top && h <= bottom && w >= left && w <= right;
  return (elements * (layer.C / layer.groups) * bits + 7) / 8;
}

bool naive_fits(const Layer& layer, const MachineSpec& machine, const Rectangles& list) {
  const int bits = machine.precision.activation_bits;
  const int channels = std::min(machine.array.cols, layer.K / layer.groups);
  return std::all_of(list.begin(), list.end(), [&](const Rectangle& r) {
    return 2 * naive_ifmap_bytes(layer, r, bits) <= machine.buffers.ifmap_bytes &&
           2 * ((Bytes{r.rows} * r.cols * channels * bits + 7) / 8) <= machine.buffers.ofmap_bytes;
  });
}

std::optional<Rectangles> naive_blocks(const Layer& layer, const MachineSpec& machine,
                                       const WindowGrid& grid) {
  std::optional<Rectangles> best;
  for (int rows = 1; rows <= grid.rows(); ++rows) {
    const Rectangles next = naive_cut(grid, rows, grid.cols());
    if (!naive_fits(layer, machine, next)) break;
    best = next;
  }
  if (best) return best;
  for (int cols = 1; cols <= grid.cols(); ++cols) {
    const Rectangles next = naive_cut(grid, 1, cols);
    if (!naive_fits(layer, machine, next)) break;
    best = next;
  }
  return best;
}

}  // namespace

TEST_CASE("a layer that fits is one block") {
  const Layer layer = conv(3, 8, 8, 4, 3, 3);
  const std::vector<Block> blocks = cut(layer, roomy_machine("peek", 4, 4));
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0].row == 0);
  CHECK(blocks[0].col == 0);
  CHECK(blocks[0].rows == 6);
  CHECK(blocks[0].cols == 6);
  CHECK(blocks[0].window_rows == 3);
  CHECK(blocks[0].window_cols == 3);
}

TEST_CASE("a layer is one block down to the last byte of half a buffer") {
  const Layer layer = conv(2, 4, 4, 8, 3, 3);  // ifmap 32 bytes; ofmap of 4 channels 16 bytes
  CHECK(heights(cut(layer, machine_with(64, 32)), layer) == std::vector<int>{2});
  CHECK(heights(cut(layer, machine_with(63, 32)), layer) == std::vector<int>{1, 1});
  CHECK(heights(cut(layer, machine_with(64, 31)), layer) == std::vector<int>{1, 1});
}

TEST_CASE("half of an odd buffer is rounded down") {
  const Layer layer = conv(1, 1, 3, 1);  // 3 bytes
  CHECK(cut(layer, machine_with(6, 100)).size() == 1);
  CHECK(cut(layer, machine_with(5, 100)).size() == 2);
  CHECK(cut(layer, machine_with(3, 100)).size() == 3);
  CHECK(error(layer, machine_with(1, 100)).find("but half of it holds 0") != std::string::npos);
}

TEST_CASE("activations of two bytes need twice the buffer") {
  const Layer layer = conv(2, 4, 4, 8, 3, 3);
  MachineSpec machine = machine_with(127, 64);
  machine.precision.activation_bits = 16;
  CHECK(cut(layer, machine).size() == 2);
  machine.buffers.ifmap_bytes = 128;
  CHECK(cut(layer, machine).size() == 1);
  machine.buffers.ofmap_bytes = 63;
  CHECK(cut(layer, machine).size() == 2);
}

TEST_CASE("an ofmap block holds a full group, and no more channels than there are") {
  MachineSpec machine = machine_with(1000, 2 * 9 * 3);
  CHECK(cut(conv(1, 3, 3, 3), machine).size() == 1);
  CHECK(cut(conv(1, 3, 3, 4), machine).size() == 2);
  CHECK(cut(conv(1, 3, 3, 40), machine).size() == 2);  // 4 columns: not 40 channels
  Layer grouped = conv(2, 3, 3, 6);
  grouped.groups = 2;
  CHECK(cut(grouped, machine).size() == 1);
}

TEST_CASE("height grows by whole windows, and the last block may be shorter") {
  const Layer layer = conv(1, 7, 4, 1);
  MachineSpec machine = machine_with(1000, 2 * 4 * 5);  // five rows would fit, two windows do
  machine.prediction.policy = "peek";
  CHECK(heights(cut(layer, machine), layer) == std::vector<int>{4, 3});
  machine.prediction.policy = "none";
  CHECK(heights(cut(layer, machine), layer) == std::vector<int>{5, 2});
}

TEST_CASE("the window of an oracle and of an excluded layer is a single output") {
  const Layer layer = conv(1, 7, 4, 1);
  MachineSpec machine = machine_with(1000, 2 * 4 * 5);
  machine.prediction.policy = "oracle";
  CHECK(heights(cut(layer, machine), layer) == std::vector<int>{5, 2});
  machine.prediction.policy = "peek";
  machine.prediction.exclude = {"conv1"};
  CHECK(heights(cut(layer, machine), layer) == std::vector<int>{5, 2});
}

TEST_CASE("when no full row of windows fits, blocks are one window high and grow in width") {
  const Layer layer = conv(1, 4, 7, 1);
  MachineSpec machine = machine_with(1000, 2 * 2 * 5);  // 2 x 5 positions: two windows of 2 x 2
  machine.prediction.policy = "peek";
  const std::vector<Block> blocks = cut(layer, machine);
  REQUIRE(blocks.size() == 4);
  CHECK(blocks[0].rows == 2);
  CHECK(blocks[0].cols == 4);
  CHECK(blocks[1].col == 4);
  CHECK(blocks[1].cols == 3);
  CHECK(blocks[1].window_col == 2);
  CHECK(blocks[1].window_cols == 2);
  CHECK(blocks[2].row == 2);
  CHECK(blocks[2].col == 0);
}

TEST_CASE("height stops at the first that does not fit, even if a larger one would again") {
  // Two map rows in the middle of six ofmap rows: blocks of 2 put both into one, blocks of 3 do
  // not.
  Layer layer = conv(1, 2, 4, 1);
  layer.pad_top = layer.pad_bottom = 2;
  REQUIRE(layer.P() == 6);
  CHECK(heights(cut(layer, machine_with(16, 1000)), layer) == std::vector<int>{6});
  CHECK(heights(cut(layer, machine_with(8, 1000)), layer) == std::vector<int>{1, 1, 1, 1, 1, 1});
}

TEST_CASE("width stops at the first that does not fit, even if a larger one would again") {
  Layer layer = conv(1, 1, 2, 1);
  layer.pad_left = layer.pad_right = 2;
  REQUIRE(layer.Q() == 6);
  CHECK(cut(layer, machine_with(2, 1000)).size() == 6);  // 3 + 3 would fit, 2 + 2 + 2 does not
}

TEST_CASE("a block's ifmap spans the rows and columns that stride and dilation jump over") {
  Layer layer = conv(3, 9, 9, 1, 2, 2);
  layer.stride_h = 2;
  layer.dilation_w = 3;
  Block block;
  block.rows = 2, block.cols = 1;
  CHECK(ifmap_bytes(layer, block, {}) == 4 * 4 * 3);  // rows 0 1 2 3, columns 0 to 3
  block.row = 1, block.rows = 1, block.col = 2, block.cols = 2;
  CHECK(ifmap_bytes(layer, block, {}) == 2 * 5 * 3);
  layer.stride_h = 4;
  block.row = 0, block.rows = 2;
  CHECK(ifmap_bytes(layer, block, {}) == 6 * 5 * 3);  // rows 0 1 4 5 and those between
}

TEST_CASE("a block's ifmap is clipped to the map, to nothing in the padding") {
  Layer layer = conv(1, 3, 3, 1);
  layer.pad_top = 2;
  Block block;
  block.rows = 2, block.cols = 3;
  CHECK(ifmap_bytes(layer, block, {}) == 0);
  block.rows = 3;
  CHECK(ifmap_bytes(layer, block, {}) == 3);
}

TEST_CASE("a dilated kernel that reaches over the whole map spans it") {
  Layer layer = conv(1, 3, 3, 1, 2, 1);
  layer.dilation_h = 4;
  layer.pad_top = layer.pad_bottom = 1;
  REQUIRE(layer.P() == 1);
  Block block;
  block.rows = 1, block.cols = 3;
  CHECK(ifmap_bytes(layer, block, {}) == 9);  // both taps in the padding, the map between them
}

TEST_CASE("a grouped convolution's block holds the channels of one group") {
  Layer layer = conv(6, 3, 3, 6);
  layer.groups = 3;
  Block block;
  block.rows = block.cols = 3;
  CHECK(ifmap_bytes(layer, block, {16, 8}) == 3 * 3 * 2 * 2);
}

TEST_CASE("when no window fits, the error names the layer, the buffer and the bytes") {
  const Layer layer = conv(2, 4, 4, 4, 3, 3);
  CHECK(error(layer, machine_with(35, 8)) ==
        "test: buffers.ifmap_bytes: layer 'conv1': one window needs 18 bytes of the ifmap buffer, "
        "but half of it holds 17; make buffers.ifmap_bytes at least 36");
  CHECK(error(layer, machine_with(36, 7)) ==
        "test: buffers.ofmap_bytes: layer 'conv1': one window needs 4 bytes of the ofmap buffer, "
        "but half of it holds 3; make buffers.ofmap_bytes at least 8");
  CHECK(error(layer, machine_with(36, 8)) == "no error");
}

TEST_CASE(
    "the size that the error recommends is enough, also where windows at the edge need less") {
  Layer layer = conv(2, 5, 5, 4, 3, 3);
  layer.pad_top = layer.pad_left = 2;
  MachineSpec machine = machine_with(1, 1);
  machine.prediction.policy = "peek";
  int raised = 0;
  for (std::string text = error(layer, machine); text != "no error"; text = error(layer, machine)) {
    const Bytes enough = std::stoll(text.substr(text.rfind(' ')));
    (text.find("make buffers.ifmap_bytes") != std::string::npos ? machine.buffers.ifmap_bytes
                                                                : machine.buffers.ofmap_bytes) =
        enough;
    REQUIRE(++raised <= 2);
  }
  CHECK(raised == 2);  // once for each buffer
}

TEST_CASE("blocks agree with the definition, tap by tap") {
  int errors = 0, whole = 0, rows = 0, columns = 0;
  for (unsigned seed = 0; seed < 600; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Layer layer = random_layer(random);
    const MachineSpec machine = random_machine(random);
    const WindowGrid grid = grid_of(machine, layer);
    const std::optional<Rectangles> expected = naive_blocks(layer, machine, grid);
    if (!expected) {
      CHECK_THROWS_AS(cut_blocks(layer, machine, grid), Error);
      ++errors;
      continue;
    }
    const std::vector<Block> blocks = cut_blocks(layer, machine, grid);
    REQUIRE(blocks.size() == expected->size());
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const Block& block = blocks[i];
      const Rectangle& want = (*expected)[i];
      CHECK(block.row == want.row);
      CHECK(block.col == want.col);
      CHECK(block.rows == want.rows);
      CHECK(block.cols == want.cols);
      CHECK(block.window_row * grid.height == block.row);
      CHECK(block.window_col * grid.width == block.col);
      CHECK(block.window_rows == ceil_div(block.rows, grid.height));
      CHECK(block.window_cols == ceil_div(block.cols, grid.width));
      CHECK(ifmap_bytes(layer, block, machine.precision) ==
            naive_ifmap_bytes(layer, want, machine.precision.activation_bits));
    }
    ++(blocks.size() == 1 ? whole : blocks[0].cols == layer.Q() ? rows : columns);
  }
  CHECK(errors > 20);
  CHECK(whole > 20);
  CHECK(rows > 20);
  CHECK(columns > 20);
}
