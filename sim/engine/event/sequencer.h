// The sequencer: walks the program, starts tile chunks on the array, frees buffer halves that no
// later step needs, and hands finished steps to the storer. The rules are step_sequence.h.
#pragma once

#include "sim/engine/event/interfaces.h"
#include "sim/engine/kernel/module.h"

namespace peeksim::event {

class Sequencer : public Module, private SequenceInputs {
 public:
  explicit Sequencer(const sc_core::sc_module_name& name) : Module(name) {}

  sc_core::sc_port<BufferIf> ifmap, weight, ofmap;
  sc_core::sc_port<DecisionIf> prediction;
  sc_core::sc_port<ArrayIf> array;
  sc_core::sc_port<StorerIf> storer;

  void begin(const Program& program, const Recorder& recorder);

  bool finished() const { return finished_; }
  const WaitCycles& waits() const { return sequence_.waits(); }
  int last_step() const { return sequence_.step(); }
  Cycle last_step_end() const { return last_step_end_; }

 private:
  void end_of_elaboration() override;
  void advance();  // process: does all that can be done now
  // The next chunk starts now, and every one behind it that nothing can hold up starts as the one
  // before it ends: the kernel need not be entered between them.
  void start_chunks(Cycle now);
  void start_chunk(Cycle start);
  void end_chunk();
  void end_step();

  bool ifmap_holds(int load) const override { return ifmap->holds(load); }
  bool weights_hold(int load) const override { return weight->holds(load); }
  bool residual_holds(int step) const override { return ofmap->holds(step); }
  bool ofmap_half_free(int step) const override { return ofmap->half_free(step); }
  Cycle decided_at(int decision) const override {
    return prediction->known().decision >= decision ? prediction->known().ready : -1;
  }

  const Program* program_ = nullptr;
  StepSequence sequence_;
  Recorder recorder_;
  Cycle chunk_end_ = -1;  // end of the last chunk that was started, or -1
  Cycle tile_start_ = 0;  // start of the running tile
  Count tile_macs_ = 0;   // of its chunks so far
  Cycle last_step_end_ = 0;
  bool finished_ = false;
  sc_core::sc_event wake_;
};

}  // namespace peeksim::event
