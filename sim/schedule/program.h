// A plan together with the tiles that one image's predictions leave to compute: all that the
// engines execute. Still no clock: what runs when is the timing room's business.
#pragma once

#include <vector>

#include "sim/base/counters.h"
#include "sim/schedule/dispatch.h"
#include "sim/schedule/plan.h"
#include "sim/skip/prediction.h"

namespace peeksim {

// A step's tiles: first those of the dense or the peek pass, then those of the neighbor pass.
struct StepTiles {
  std::size_t begin = 0;     // index into Program::tiles
  std::size_t neighbor = 0;  // first tile of the neighbor pass
  std::size_t end = 0;
  bool has_peeks = false;  // the tiles before `neighbor` are peek tiles
};

struct Program {
  const Plan* plan = nullptr;  // outlives the program
  std::vector<Tile> tiles;
  std::vector<StepTiles> steps;  // one per step of the plan
  Count tiles_skipped = 0;
};

// The program of one convolution group, whose channels start at `first_channel` of the layer.
Program make_program(const Plan& plan, const Prediction& prediction, int first_channel,
                     const ArraySpec& array);

// The counters that follow from the program alone, without a clock: tiles, reads, writes, traffic,
// windows, peeks. MACs and prediction quality need values.
Counters program_counters(const Program& program, const Prediction& prediction);

}  // namespace peeksim
