// Tiles packed from jobs: any column of the array may take any job. Shared by balanced and
// balanced_fill (docs/machine.md section 4).
#pragma once

#include "sim/schedule/dispatch.h"

namespace peeksim {

// Cuts the neighbors of the step into jobs. taken: of each channel, how many of its first live
// neighbors are computed elsewhere. after: the decision that the tiles wait for.
StepSums cut_jobs(const StepWindows& step, const std::vector<int>& taken, int after,
                  std::vector<Tile>& tiles, TilePositions* positions);

// The same tiles PE by PE.
StepSums place_jobs(const StepWindows& step, std::vector<int> taken,
                    std::vector<PlacedTile>& tiles);

}  // namespace peeksim
