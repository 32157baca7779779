// The rules of the sequencer: it starts step after step, tile after tile, chunk after chunk, each
// as early as its inputs allow, and records the cause of every wait.
#pragma once

#include "sim/engine/observer.h"
#include "sim/schedule/program.h"

namespace peeksim::event {

// What the sequence waits for, answered by the units that know; owned by the sequencer.
class SequenceInputs {
 public:
  virtual ~SequenceInputs() = default;
  virtual bool ifmap_holds(int load) const = 0;
  virtual bool weights_hold(int load) const = 0;
  virtual bool residual_holds(int step) const = 0;
  // The ofmap half of this step is free: the store of step-2 is complete.
  virtual bool ofmap_half_free(int step) const = 0;
  // When the decision became known, or -1 while it is not.
  virtual Cycle decided_at(int decision) const = 0;
};

// One chunk of a tile, as it is given to the array.
struct ChunkStart {
  const Tile* tile = nullptr;
  int step = 0;
  int index = 0;  // of the tile in its step
  int chunk = 0;
  Count macs = 0;  // those that are skipped included
  ChunkDemand demand;
  TileDemand tile_demand;
  int weight_load = 0;        // the load whose weights it uses
  bool last_chunk = true;     // the tile drains after it
  bool ends_peeks = false;    // the last decision of the step follows from it
  Cycle decision_cycles = 0;  // that it takes, once the tile has drained
};

struct WaitCycles {
  Cycle predict = 0;  // waits for a decision
  Cycle memory = 0;   // waits for loads, for stores and for the start of a step
};

class StepSequence {
 public:
  enum class Next {
    blocked,   // ask again when an input has changed
    chunk,     // issue() starts now; call ended() at its end
    step_end,  // step() has just ended; ask again
    finished   // after the last step
  };

  StepSequence() = default;
  // Steps and waits are reported to `recorder`.
  StepSequence(const Program& program, Cycle now, const Recorder& recorder = {});

  // The next action at `now`. REQUIRES: no chunk is running.
  Next advance(Cycle now, const SequenceInputs& inputs);
  // The running chunk has ended, including its wait for the previous drain.
  void ended(Cycle end);

  // Whether the chunk behind the running one starts as that ends, whatever happens till then: it is
  // of the same step, and what it waits for is there and stays there. REQUIRES: a chunk is running.
  bool runs_on(const SequenceInputs& inputs) const;

  const ChunkStart& issue() const { return issue_; }
  int step() const { return step_; }  // after step_end: the step that ended
  const WaitCycles& waits() const { return waits_; }

 private:
  bool step_can_start(const SequenceInputs& inputs) const;
  bool chunk_can_start(const SequenceInputs& inputs) const;
  // The array has waited up to now.
  void waited(Stall stall, Cycle now);
  void prepare_issue();

  const Program* program_ = nullptr;
  Recorder recorder_;
  int step_ = -1;
  bool in_step_ = false;
  Cycle step_start_ = 0;
  std::size_t tile_ = 0;
  int chunk_ = 0;
  int chunks_issued_ = 0;
  Cycle idle_since_ = 0;  // the end of the last chunk or the start of the step, the later
  ChunkStart issue_;
  WaitCycles waits_;
};

}  // namespace peeksim::event
