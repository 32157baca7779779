// The DMA engine that stores: asks the DRAM to take each finished step's ofmap, in step order, once
// all its outputs have left the array and its prediction is known.
#pragma once

#include <deque>

#include "sim/engine/clocked/clock.h"
#include "sim/engine/clocked/wires.h"

namespace peeksim::clocked {

class Storer : public Module {
 public:
  Storer(const sc_core::sc_module_name& name, const Clock& clock, Wires& wires);

  void begin(const Work& work);
  Bytes stored_bytes() const { return stored_bytes_; }

 private:
  void on_input();
  void on_response();
  bool may_request(const StepEnd& end) const;

  const Clock& clock_;
  Wires& wires_;
  const Work* work_ = nullptr;
  std::deque<StepEnd> waiting_;
  int stored_ = 0;
  Bytes stored_bytes_ = 0;
};

}  // namespace peeksim::clocked
