// The flags of zero activations in the ifmap buffer, as read by the sequencer.
#pragma once

#include <vector>

#include "sim/engine/clocked/tile_work.h"

namespace peeksim::clocked {

class ZeroFlagsIf {
 public:
  virtual ~ZeroFlagsIf() = default;
  // The taps of a chunk, counted from its first one, that have an activation which is neither 0 nor
  // padding at one position of the tile at least. The chunk is `taps` taps of the output from
  // `first` on; `load` is the ifmap load that the tile uses.
  virtual std::vector<Count> live_taps(int load, const TileWork& tile, Count first,
                                       Count taps) const = 0;
};

}  // namespace peeksim::clocked
