// The sequencer of the clocked engine: walks the program step by step, tile by tile, tap by tap,
// each as early as its inputs allow, and counts what each cycle of the array was spent on.
#pragma once

#include <array>
#include <map>

#include "sim/config/machine.h"
#include "sim/engine/clocked/clock.h"
#include "sim/engine/clocked/lane_schedule.h"
#include "sim/engine/clocked/own_taps.h"
#include "sim/engine/clocked/read_port.h"
#include "sim/engine/clocked/wait_recorder.h"
#include "sim/engine/clocked/wires.h"
#include "sim/engine/clocked/zero_flags.h"

namespace peeksim::clocked {

class TapSequencer : public Module, public Clocked {
 public:
  TapSequencer(const sc_core::sc_module_name& name, Clock& clock, Wires& wires);

  void begin(const Work& work, const ZeroFlagsIf& flags, CutShortIf& cut_short);
  bool finished() const { return state_ == State::finished; }
  // Tiles, outputs, and the cycles with their parts.
  const Counters& counted() const { return counted_; }

  // For waveforms: what the array does in this cycle, and on what.
  Activity activity() const;
  int step() const { return step_; }
  const TileWork* tile() const { return state_ == State::computing ? tile_ : nullptr; }

 private:
  enum class State {
    step_start,   // waits for the step's loads and a free half for its ofmap
    next_tile,    // decides what comes next in the step
    chunk_start,  // waits for the chunk's weights, or for the prediction
    computing,
    tile_end,  // computed; waits for the previous tile's drain
    finished
  };

  void on_edge() override;
  void on_input();
  void settle();
  // One move of the state machine; false when it has to wait.
  bool advance();
  bool start_step();
  bool next_tile();
  bool start_chunk();
  void issue_taps();
  bool end_chunk();
  bool end_tile();
  bool end_step();

  bool waits_for_prediction() const;
  bool waits_for_fill() const;
  bool peeks_first() const;    // the step has a peek pass
  bool may_take_fill() const;  // the next tile is a last peek tile that may take in neighbors
  void take_tile();
  void place_first_pass(TileWork& tile) const;
  void place_neighbors(TileWork& tile);
  void find_taps();
  void start_ports();
  void start_banks();
  void advance_ports(int cycles);
  int rows_of_first_tiles() const;
  void place_copies(TileWork& tile) const;
  static Cycle Counters::*part(Activity activity);

  const Clock& clock_;
  Wires& wires_;
  ReadPort ifmap_port_, weight_port_;
  BankedPort ifmap_banks_;
  LaneSchedule lanes_;

  const Work* work_ = nullptr;
  const ZeroFlagsIf* flags_ = nullptr;
  OwnTaps own_taps_;  // of the chunk, where every PE takes taps of its own
  int speed_ = 1;     // taps in the time of one
  bool skips_zeros_ = false;
  State state_ = State::finished;
  bool fresh_ = true;  // no cycle has passed
  int step_ = 0;
  std::vector<int> first_pass_;  // positions of the dense or peek pass
  // Where outputs are interpolated: by the position that they have their value from.
  std::map<int, std::vector<int>> copies_;
  int first_tiles_ = 0;  // tiles of that pass
  int tile_in_step_ = 0;
  std::shared_ptr<const NeighborTiles> neighbors_;  // once they are known
  // Three tiles exist at a time: one computes, one drains, and one still has a reader.
  std::array<TileWork, 4> tiles_;
  Count tiles_taken_ = 0;
  const TileWork* tile_ = nullptr;
  Tile shape_;           // of the tile, for events
  Count tile_macs_ = 0;  // of its chunks so far
  Cycle step_start_ = 0, tile_start_ = 0, chunk_start_ = 0;
  WaitRecorder waits_;
  int chunk_ = 0;        // of the tile
  int chunk_loads_ = 0;  // streamed weight loads used up to and including this chunk's
  Count taps_done_ = 0, taps_of_chunk_ = 0;  // of those that the chunk executes
  // Which those are, where zero activations are skipped; and those of the chunk before, which the
  // array may still execute at this edge.
  std::vector<Count> live_, live_before_;
  int issued_ = 0;  // taps that execute in this cycle
  Count swaps_ = 0;
  Counters counted_;
};

}  // namespace peeksim::clocked
