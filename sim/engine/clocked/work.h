// The work of the machine for one convolution group of one layer and image: the static program, the
// values, and the tiles that result. Plain data, no time.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/engine/observer.h"
#include "sim/operands/low_precision.h"
#include "sim/operands/operands.h"
#include "sim/operands/tap_order.h"
#include "sim/schedule/dispatch.h"
#include "sim/schedule/plan.h"
#include "sim/schedule/window_order.h"
#include "sim/skip/prediction.h"

namespace peeksim::clocked {

struct Work {
  const MachineSpec* machine = nullptr;
  const Layer* layer = nullptr;
  const Plan* plan = nullptr;
  const LayerPrediction* prediction = nullptr;
  const Operands* operands = nullptr;
  // [K,P,Q], the values that enter the activation, as the trace has them: what computed values are
  // checked against, and what leaves the array where nothing can be computed.
  const std::vector<float>* ofmap = nullptr;
  const WindowGrid* windows = nullptr;  // with the image's peeks
  // The windows gated before anything is computed: a predictor that compares no peek knows them
  // from the trace (the oracle) or from masks.
  const WindowBits* known = nullptr;
  // How its outputs are treated that are not all computed; `computed` where all are, in this image.
  OutputFate fate = OutputFate::computed;
  const LowPrecision* low = nullptr;              // of a look-ahead; null: there is none
  const std::vector<TapOrder>* orders = nullptr;  // [K], where outputs may be cut short
  int group = 0;
  int image = 0;
  bool check_values = false;
  Recorder recorder;  // of the group

  const Step& step(int s) const { return plan->steps[s]; }
  const Block& block(int s) const { return plan->blocks[step(s).block]; }
  const WindowGrid& grid() const { return *windows; }
  // Whether a pass computes the outputs that are not gated.
  bool predicts() const { return fate == OutputFate::predicted_zero; }
  bool has_peeks() const { return prediction->decides(); }
  bool cuts_short() const { return fate == OutputFate::cut_short; }
  // Of outputs that may be cut short: whether that is guessed, and whether PEs go on alone.
  bool guesses() const {
    return prediction->value_of(prediction->predictor->speculated_percent) > 0;
  }
  bool retires_alone() const {
    return prediction->value_of(prediction->predictor->retire_alone) != 0 && !plan->streamed;
  }
  // Of the pass that comes first, or is the only one.
  Members first_members() const {
    return fate == OutputFate::computed || cuts_short() ? Members::all : Members::peeks;
  }
  Pass first_pass() const {
    if (!predicts()) return Pass::dense;
    return low != nullptr ? Pass::lookahead : Pass::peek;
  }
  bool compares() const { return prediction->compares(); }
  // The layer's channel with this ordinal in a step's group, from 0.
  int channel(int s, int of_group) const {
    return group * (layer->K / layer->groups) + step(s).first_channel + of_group;
  }
};

// A window bit per window of a step's block and column of the group: 1 while the window's neighbors
// would be left out. [windows][words]
struct StepBits {
  int windows = 0, columns = 0;
  std::vector<std::uint64_t> bits;

  StepBits() = default;
  StepBits(int window_count, int column_count);
  int words() const { return (columns + 63) / 64; }
  bool test(int window, int column) const {
    return bits[std::size_t(window) * words() + column / 64] >> (column % 64) & 1;
  }
  void set_all(int window);
  void set(int window, int column, bool bit) {
    const std::uint64_t mask = std::uint64_t{1} << (column % 64);
    std::uint64_t& word = bits[std::size_t(window) * words() + column / 64];
    word = bit ? word | mask : word & ~mask;
  }
};

// The window bits of a step before its first peek has left the array: set where the window has a
// peek, or where the predictor knows without comparing peeks.
StepBits initial_bits(const Work& work, int step);

// The neighbor pass of a step, placed on the array.
struct NeighborTiles {
  int step = -1;
  std::vector<int> positions;  // plane position of each neighbor
  std::vector<PlacedTile> tiles;
  StepSums sums;

  // Adds what the array does not count of it.
  void count(Counters& counters) const;
};

NeighborTiles place_neighbors(const Work& work, int step, const StepBits& bits);

// Neighbors that fill up a step's last peek tile.
struct FilledTile {
  int step = -1;
  std::vector<int> position;  // [rows][columns] of the plane, or -1
};

// Whether the policy is to be asked for neighbors that fill up the step's last peek tile; peeks:
// positions of its peek pass.
bool may_fill(const Work& work, Count peeks);

// bits: of the step, as far as its peeks have been seen when the tile before the last has drained.
FilledTile fill_last_peek_tile(const Work& work, int step, const StepBits& bits);

}  // namespace peeksim::clocked
