// The static program of a layer, made before time starts and independent of any value
// (docs/machine.md section 4): blocks of the ofmap plane, groups of channels, the order of the
// steps, and what each step loads and stores. For a grouped convolution the plan is that of one
// group; all groups are alike and run one after another.
#pragma once

#include <vector>

#include "sim/base/units.h"
#include "sim/config/machine.h"
#include "sim/skip/window_grid.h"
#include "sim/workload/layer.h"

namespace peeksim {

// The length of a TLM transaction has 32 bits.
constexpr Bytes max_transfer_bytes = (Bytes{1} << 32) - 1;

// A rectangle of windows of the ofmap plane; edges are multiples of the window.
struct Block {
  int window_row = 0, window_col = 0;    // first window
  int window_rows = 0, window_cols = 0;  // extent in windows
  int row = 0, col = 0;                  // first position
  int rows = 0, cols = 0;                // extent in positions

  Count positions() const { return Count{rows} * cols; }
};

struct Step {
  int block = 0;          // index into Plan::blocks
  int first_channel = 0;  // within the convolution group
  int channels = 0;

  // Loads are numbered per buffer from 0; a step that loads nothing new uses its predecessor's.
  int ifmap_load = 0;
  bool loads_ifmap = false;
  Bytes ifmap_bytes = 0;
  int weight_load = 0;  // resident weights only
  bool loads_weights = false;
  Bytes weight_bytes = 0;
  Bytes residual_bytes = 0;  // a load of its own when Plan::residual
  Bytes store_bytes = 0;
};

struct Plan {
  Count L = 0;            // taps of one output
  Count chunk_taps = 0;   // taps of a tile chunk; L when the weights are resident
  int chunks = 1;         // chunks of a tile; the last one may be shorter
  bool streamed = false;  // every tile chunk loads its weights again
  bool residual = false;  // every step loads its part of a residual tensor
  PrecisionSpec precision;
  std::vector<Block> blocks;
  std::vector<Step> steps;

  Count taps_of_chunk(int chunk) const {
    return chunk + 1 < chunks ? chunk_taps : L - chunk_taps * (chunks - 1);
  }
  // Bytes of a streamed weight load: the chunk's weights of the step's channels.
  Bytes chunk_bytes(const Step& step, int chunk) const {
    return precision.weight_bytes(step.channels * taps_of_chunk(chunk));
  }
  // Bytes of all streamed weight loads of a tile of the step.
  Bytes streamed_bytes(const Step& step) const {
    return (chunks - 1) * chunk_bytes(step, 0) + chunk_bytes(step, chunks - 1);
  }
};

// REQUIRES: shape_error(layer) is empty. Throws Error(machine) naming the layer, the buffer and the
// bytes needed when not even one window, or one tap of weights, fits, or when a load or store has
// more than max_transfer_bytes.
Plan plan_layer(const Layer& layer, const MachineSpec& machine, const WindowGrid& grid);

}  // namespace peeksim
