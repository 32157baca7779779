// The channels between the clocked modules, each with its driver and its readers. Counts only grow:
// a module that reads one early in a cycle sees a smaller value and is called again when it
// changes, so every cycle converges to one state, whatever the order of the modules.
#pragma once

#include <memory>

#include "sim/engine/clocked/register.h"
#include "sim/engine/clocked/tile_work.h"
#include "sim/engine/clocked/work.h"

namespace peeksim::clocked {

// The tile chunk that the array works on.
struct ChunkIssue {
  const TileWork* tile = nullptr;
  Count first_tap = 0, taps = 0;        // that it executes, from the first one of the chunk on
  const Count* live = nullptr;          // [taps]: which, of the chunk; null: all, in order
  int ifmap_load = 0, weight_load = 0;  // the loads whose data it uses

  // The ordinal, in the output, of the tap that is executed.
  Count tap(Count executed) const {
    return first_tap + (live == nullptr ? executed : live[executed]);
  }
};

// The taps that the PEs execute in this cycle, counted from the first one executed of the chunk.
struct TapIssue {
  Count first = 0;
  int count = 0;  // 0: the array computes nothing
};

// A finished tile whose accumulators have moved to the shadow registers.
struct Swap {
  Count tiles = 0;  // finished so far
  const TileWork* tile = nullptr;
};
struct ShadowTile {
  const TileWork* tile = nullptr;
  const float* values = nullptr;  // [rows][columns]
  const char* cut = nullptr;      // [rows][columns]: whether outputs were cut short; null: none was
};
// One row of PEs leaves the array in this cycle; or again, for an output that takes its value; or
// with all rows before it, which left while the tile was computed.
struct DrainRow {
  const TileWork* tile = nullptr;
  int row = 0;
  const float* values = nullptr;  // [columns]
  int copy = 0;                   // > 0: it is for the (copy - 1)-th position that copies the row
  int rows_before = 0;            // whose values lie before these
};
struct Drained {
  Count tiles = 0;  // whose last row has left
  const TileWork* tile = nullptr;
};

// Whether any neighbor of a step will be live, reported when its last peek tile is finished; or
// taken into that tile, reported when the one before it is.
struct LookAhead {
  int step = -1;
  bool any_live = false;
};
// The prediction of a step is ready.
struct Ready {
  int step = -1;
  std::shared_ptr<const NeighborTiles> neighbors;
};

// The neighbors that fill up a step's last peek tile are known.
struct FillReady {
  int step = -1;
  std::shared_ptr<const FilledTile> tile;
};

struct StepEnd {
  int step = 0;
  Count tiles = 0;         // finished up to its end
  bool has_peeks = false;  // its store waits for its prediction
};

// A transfer that a DMA engine asks of the DRAM, and the answer.
struct LoadRequest {
  Tensor tensor = Tensor::ifmap;
  int index = 0;  // its ordinal among the loads of its buffer, from 0
  int step = 0;
  Count first_tap = 0, taps = 0;  // of a weight load
  Bytes bytes = 0;
  Cycle at = 0;     // requested
  Cycle start = 0;  // its first cycle on the channel
};
struct StoreRequest {
  int step = 0;
  Bytes bytes = 0;
  Cycle at = 0;
  Cycle start = 0;
};

struct Wires {
  // sequencer -> buffers, array
  Register<ChunkIssue> chunk{"chunk"};
  Latch<TapIssue> taps;
  Register<Swap> swap{"swap"};
  // array -> prediction unit, ofmap buffer, sequencer, storer
  Register<ShadowTile> shadow{"shadow"};
  Register<DrainRow> row{"row"};
  Register<Drained> drained{"drained"};
  // prediction unit -> sequencer, loader, storer
  Register<LookAhead> look_ahead{"look_ahead"};
  Register<Ready> ready{"ready"};
  Register<LookAhead> fill_ahead{"fill_ahead"};
  Register<FillReady> fill_ready{"fill_ready"};
  // sequencer -> storer; -> loader: how many loads' halves are free again
  Queue<StepEnd> step_end{"step_end"};
  Register<int> ifmap_released{"ifmap_released"}, weight_released{"weight_released"};
  // loader -> DRAM -> loader -> buffers
  Queue<LoadRequest> load_request{"load_request"}, load_response{"load_response"};
  Queue<LoadRequest> ifmap_fill{"ifmap_fill"}, weight_fill{"weight_fill"},
      residual_fill{"residual_fill"};
  // buffers -> sequencer: loads complete
  Register<int> ifmap_filled{"ifmap_filled"}, weight_filled{"weight_filled"},
      residual_filled{"residual_filled"};
  // storer -> DRAM -> storer; -> sequencer, loader, ofmap buffer: stores complete
  Queue<StoreRequest> store_request{"store_request"}, store_response{"store_response"};
  Register<int> stored{"stored"};
  Register<bool> done{"done"};  // all stores are complete

  void reset();
};

}  // namespace peeksim::clocked
