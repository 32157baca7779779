// The DMA engine that loads: walks the loads of the program in program order, asks the DRAM for
// each as soon as its half is free and it is known to be needed, and fills the buffers.
#pragma once

#include "sim/config/machine.h"
#include "sim/engine/clocked/clock.h"
#include "sim/engine/clocked/wires.h"

namespace peeksim::clocked {

class Loader : public Module {
 public:
  Loader(const sc_core::sc_module_name& name, const Clock& clock, Wires& wires);

  void begin(const Work& work);
  bool finished() const { return state_ == State::finished && outstanding_ == 0; }

 private:
  // What comes next in the program order of a step's loads.
  enum class State { ifmap, weight, residual, first_pass, neighbor_pass, finished };

  void on_input();
  void on_response();
  // One move; false when it has to wait.
  bool advance();
  bool load_chunk();
  bool know_neighbors();
  bool request(Tensor tensor, int index, Bytes bytes, Count first_tap = 0, Count taps = 0);
  bool half_free(Tensor tensor, int index) const;
  Count first_pass_tiles() const;

  const Clock& clock_;
  Wires& wires_;
  const Work* work_ = nullptr;
  State state_ = State::finished;
  int step_ = 0;
  Count tile_ = 0;  // of the pass
  int chunk_ = 0;
  int chunk_loads_ = 0;
  Count first_tiles_ = 0, neighbor_tiles_ = 0;
  int outstanding_ = 0;
};

}  // namespace peeksim::clocked
