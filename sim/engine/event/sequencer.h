// The sequencer: walks the program, starts tile chunks on the array, frees buffer halves that no
// later step needs, and hands finished steps to the storer. The rules are timing/step_sequence.h.
#pragma once

#include "sim/engine/event/interfaces.h"
#include "sim/engine/event_log.h"
#include "sim/engine/kernel/module.h"

namespace peeksim {

class Sequencer : public Module, private SequenceInputs {
 public:
  explicit Sequencer(const sc_core::sc_module_name& name) : Module(name) {}

  sc_core::sc_port<BufferIf> ifmap, weight, ofmap;
  sc_core::sc_port<PredictionIf> prediction;
  sc_core::sc_port<ArrayIf> array;
  sc_core::sc_port<StorerIf> storer;

  void begin(const Program& program, EventLog* log);

  bool finished() const { return finished_; }
  const WaitCycles& waits() const { return sequence_.waits(); }
  Cycle last_step_end() const { return last_step_end_; }

 private:
  void end_of_elaboration() override;
  void advance();  // process: does all that can be done now
  void start_chunk();
  void end_chunk();
  void end_step();
  void log_tile();

  bool ifmap_holds(int load) const override { return ifmap->holds(load); }
  bool weights_hold(int load) const override { return weight->holds(load); }
  bool residual_holds(int step) const override { return ofmap->holds(step); }
  bool ofmap_half_free(int step) const override { return ofmap->half_free(step); }
  Cycle predict_ready(int step) const override {
    return prediction->known().step >= step ? prediction->known().ready : -1;
  }

  const Program* program_ = nullptr;
  StepSequence sequence_;
  Cycle chunk_end_ = -1;   // end of the running chunk, or -1
  Cycle tile_start_ = -1;  // start of the unfinished tile, or -1
  Cycle last_step_end_ = 0;
  bool finished_ = false;
  EventLog* log_ = nullptr;
  sc_core::sc_event start_;
};

}  // namespace peeksim
