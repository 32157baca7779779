// The ofmap buffer: two halves that first hold a step's residual, then collect what the array
// drains; outputs that are never computed are zero. A finished half is stored to DRAM.
#pragma once

#include <vector>

#include "sim/engine/clocked/clock.h"
#include "sim/engine/clocked/wires.h"

namespace peeksim::clocked {

// What the drain adds to an accumulator.
class ResidualIf {
 public:
  virtual ~ResidualIf() = default;
  virtual float residual(int step, int channel, int position) const = 0;
};

class OfmapBuffer : public Module, public ResidualIf {
 public:
  OfmapBuffer(const sc_core::sc_module_name& name, Wires& wires);

  // `dram`: where stores leave the layer's ofmap, [K,P,Q], or null.
  void begin(const Work& work, std::vector<float>* dram);
  Count writes() const { return writes_; }
  Count copies() const { return copies_; }  // of those, outputs that are interpolated
  Bytes filled_bytes() const { return filled_bytes_; }

  float residual(int step, int channel, int position) const override;

 private:
  struct Half {
    int residual_step = -1, step = -1;
    std::vector<float> residual, values;  // [columns][rows of the block][Q]
  };

  void on_fill();
  void on_row();
  void on_store();
  void fill(const LoadRequest& load);
  // The half of a step, cleared when the step is new to it.
  Half& half_of(int step);
  // In a half, whose rows are as wide as the plane's: a position then needs no division.
  std::size_t half_size(int step) const;
  int half_offset(int step, int column, int row) const;  // of a row of the block
  int offset(int step, int column, int position) const;
  int plane_offset(int step, int column, int row) const;

  Wires& wires_;
  const Work* work_ = nullptr;
  std::vector<float>* dram_ = nullptr;
  Half halves_[2];
  int stored_ = 0;  // stores taken out
  Count writes_ = 0, copies_ = 0;
  Bytes filled_bytes_ = 0;
};

}  // namespace peeksim::clocked
