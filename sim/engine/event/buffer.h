// The ifmap, weight or ofmap buffer as a module: double_buffer.h with events.
#pragma once

#include "sim/engine/event/double_buffer.h"
#include "sim/engine/event/interfaces.h"
#include "sim/engine/kernel/module.h"

namespace peeksim::event {

class Buffer : public Module, public BufferIf {
 public:
  explicit Buffer(const sc_core::sc_module_name& name) : Module(name) { access(*this); }

  sc_core::sc_export<BufferIf> access;

  void begin() { halves_ = DoubleBuffer(); }
  const DoubleBuffer& halves() const { return halves_; }

  bool half_free(int index) const override { return halves_.half_free(index); }
  bool holds(int index) const override { return halves_.holds(index); }
  void fill(int index, Bytes bytes) override {
    halves_.fill(index, bytes);
    filled_.notify(sc_core::SC_ZERO_TIME);
  }
  void release(int index) override {
    halves_.release(index);
    released_.notify(sc_core::SC_ZERO_TIME);
  }
  void read(Count elements) override { halves_.read(elements); }
  void write(Count elements) override { halves_.write(elements); }
  const sc_core::sc_event& filled_event() const override { return filled_; }
  const sc_core::sc_event& released_event() const override { return released_; }

 private:
  DoubleBuffer halves_;
  sc_core::sc_event filled_, released_;
};

}  // namespace peeksim::event
