// Columns are not tied to channels: each takes the next `rows` live outputs of any one channel.
#include "sim/schedule/dispatch/dispatch_policies.h"
#include "sim/schedule/dispatch/jobs.h"

namespace peeksim {

namespace {

StepSums cut(const StepWindows& step, std::vector<Tile>& tiles, TilePositions* positions) {
  const int decision = cut_peek_pass(step, tiles);
  return cut_jobs(step, std::vector<int>(step.columns), decision, tiles, positions);
}

StepSums place(const StepWindows& step, std::vector<PlacedTile>& tiles) {
  return place_jobs(step, std::vector<int>(step.columns), tiles);
}

}  // namespace

const Dispatch balanced_dispatch = {
    "balanced", "any column takes the next live outputs of any channel (needs weight multiplexers)",
    cut,        place,
    nullptr,    {},
    4};

}  // namespace peeksim
