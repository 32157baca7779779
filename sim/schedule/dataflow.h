// The table of dataflows: what a tile costs on the PE array and on the ports around it. The
// program, the event-driven engine and the counters use nothing else of a dataflow; the clocked
// engine executes it PE by PE and counts for itself. Adding one is one file in dataflows/ and one
// row in dataflow.cpp. No key of a machine chooses between them as long as there is one.
#pragma once

#include <vector>

#include "sim/config/machine.h"
#include "sim/schedule/tap_counter.h"
#include "sim/schedule/tile.h"

namespace peeksim {

// The cost of a chunk of a tile's taps.
struct ChunkDemand {
  Cycle cycles = 0;                         // on the array, once everything that it needs is there
  Count ifmap_reads = 0, weight_reads = 0;  // elements, from the on-chip buffers
  // Of the ifmap reads, those that go to any PE; weights selected and activations latched on the
  // way to the PEs.
  Count multicast_reads = 0, weight_selects = 0, latched_operands = 0;
  // Of a tile of the look-ahead, in the place of the reads: elements, and MACs, of few bits.
  Count lookahead_macs = 0, lookahead_ifmap_reads = 0, lookahead_weight_reads = 0;
};

// The cost of a tile besides its chunks.
struct TileDemand {
  Cycle fill = 0;          // cycles before its first chunk computes
  Cycle drain = 0;         // cycles in which its outputs leave the array
  Count ofmap_writes = 0;  // elements
};

struct Dataflow {
  const char* name;
  const char* meaning;
  ChunkDemand (*chunk)(const MachineSpec& machine, const Tile& tile, const ChunkTaps& taps);
  TileDemand (*tile)(const MachineSpec& machine, const Tile& tile);
};

const std::vector<Dataflow>& dataflows();

// The dataflow of a machine.
const Dataflow& dataflow_of(const MachineSpec& machine);

}  // namespace peeksim
