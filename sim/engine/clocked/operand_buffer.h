// The base class of the ifmap and the weight buffer: two halves that the DMA fills in turn, one
// while the array reads the other through the read port.
#pragma once

#include "sim/engine/clocked/wires.h"
#include "sim/engine/kernel/module.h"

namespace peeksim::clocked {

class OperandBuffer : public Module {
 public:
  void begin(const Work& work);
  Bytes filled_bytes() const { return filled_bytes_; }

 protected:
  // Of its tensor: loads that arrive, how many are complete, and how many have been released.
  struct Loads {
    Queue<LoadRequest>& fill;
    Register<int>& filled;
    Register<int>& released;
  };

  OperandBuffer(const sc_core::sc_module_name& name, Wires& wires, const Loads& loads);

  // Throws a bug when the half does not hold the load. Returns which half it is.
  int half_with(int load) const;

  // Stores what arrived in a half.
  virtual void store(const LoadRequest& load, int half) = 0;
  // A new chunk of taps begins.
  virtual void turn_to(const ChunkIssue& chunk) = 0;

  Wires& wires_;
  const Work* work_ = nullptr;

 private:
  void on_fill();
  void on_chunk();
  void fill(const LoadRequest& load);

  const Loads loads_;
  int held_[2] = {-1, -1};  // the load that a half holds
  Bytes filled_bytes_ = 0;
};

}  // namespace peeksim::clocked
