// A plan together with the tiles that one image's predictions leave to compute: all that the
// engines execute. It has no timing: the engines decide when each part runs.
#pragma once

#include <string>
#include <vector>

#include "sim/base/counters.h"
#include "sim/schedule/dataflow.h"
#include "sim/schedule/dispatch.h"
#include "sim/schedule/only_pass.h"
#include "sim/schedule/plan.h"
#include "sim/schedule/step_taps.h"
#include "sim/schedule/tap_counter.h"
#include "sim/schedule/window_lists.h"
#include "sim/skip/layer_prediction.h"
#include "sim/skip/prediction.h"

namespace peeksim {

// A step's tiles, in the order in which they run, and the last decision that they lead to: once it
// is known, so are all tiles of the step.
struct StepTiles {
  std::size_t begin = 0, end = 0;  // indices into Program::tiles
  int decision = no_decision;
  Count decision_macs = 0;  // of the predictor's own, for the decisions of the step
};

// How long a machine takes for so many MACs of decisions (docs/machine.md section 5, "Prediction").
inline Cycle decision_cycles(const MachineSpec& machine, Count macs) {
  const int width = machine.prediction.decision_macs_per_cycle;
  return width > 0 ? ceil_div(macs, Count{width}) : 0;
}

struct Program {
  const MachineSpec* machine = nullptr;  // outlives the program
  const Plan* plan = nullptr;            // outlives the program
  const Dataflow* dataflow = nullptr;
  std::vector<Tile> tiles;
  std::vector<StepTiles> steps;  // one per step of the plan
  // Of every chunk of every tile, where they depend on the tile's positions; empty: every tap takes
  // time.
  std::vector<ChunkTaps> chunk_taps;
  bool skips_taps = false;
  Count tiles_skipped = 0;
  Count queue_peak = 0;

  // The cost of a chunk of the tile with that index.
  ChunkDemand demand(std::size_t tile, int chunk) const {
    const ChunkTaps taps = chunk_taps.empty()
                               ? every_tap(plan->taps_of_chunk(chunk), machine->array)
                               : chunk_taps[tile * plan->chunks + chunk];
    return dataflow->chunk(*machine, tiles[tile], taps);
  }
  TileDemand demand(std::size_t tile) const { return dataflow->tile(*machine, tiles[tile]); }

  // How long the decisions of a step take once its last peek has drained.
  Cycle decision_cycles(std::size_t step) const {
    return peeksim::decision_cycles(*machine, steps[step].decision_macs);
  }

  // Everything in which programs of one plan and machine differ, as bytes: programs with equal
  // fingerprints have the same events in the same cycles.
  std::string fingerprint() const;
};

// Makes the programs of a layer's convolution groups for one image. Lists that are the same in all
// groups are made once.
class ProgramMaker {
 public:
  // All arguments outlive the object.
  ProgramMaker(const Plan& plan, const Prediction& prediction, const MachineSpec& machine);

  // The program of the group whose channels start at `first_channel` of the layer. taps: counts
  // the taps of the group's tiles where they depend on positions; null: they do not. Valid until
  // the next call. Throws Overflow.
  const Program& make(int first_channel, TapCounter* taps = nullptr);

 private:
  const Prediction& prediction_;
  WindowLists windows_;
  OnlyPass only_pass_;
  StepTaps taps_;
  TilePositions positions_;  // of a step
  Program program_;
};

// The program of one group alone.
Program make_program(const Plan& plan, const Prediction& prediction, int first_channel,
                     const MachineSpec& machine, TapCounter* taps = nullptr);

// The counter of the tiles of a pass.
Count Counters::*tiles_of(Pass pass);

// The counters that follow from the program alone, without a clock: tiles, reads, writes, traffic,
// outputs, and what the predictor counts. MACs and prediction quality need values.
Counters program_counters(const Program& program, const Predictor& predictor);

}  // namespace peeksim
