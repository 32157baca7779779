// The interfaces between the hardware blocks. Every message is a fact that stays true ("load 3
// is in its half", "decision 2 is taken"), so the order in which the kernel runs processes of the
// same cycle cannot change any outcome; the one place where order matters, two requests to DRAM in
// the same cycle, is decided by the DRAM by rule.
#pragma once

#include <systemc>

#include "sim/engine/event/array_timing.h"
#include "sim/engine/event/decision_latency.h"
#include "sim/engine/event/step_sequence.h"
#include "sim/engine/event/store_order.h"
#include "sim/schedule/load_order.h"

namespace peeksim::event {

// A double-buffered on-chip memory (double_buffer.h).
class BufferIf : public virtual sc_core::sc_interface {
 public:
  virtual bool half_free(int index) const = 0;
  virtual bool holds(int index) const = 0;
  virtual void fill(int index, Bytes bytes) = 0;
  virtual void release(int index) = 0;
  virtual void read(Count elements) = 0;
  virtual void write(Count elements) = 0;
  virtual const sc_core::sc_event& filled_event() const = 0;
  virtual const sc_core::sc_event& released_event() const = 0;
};

// The PE array: runs one tile chunk at a time.
class ArrayIf : public virtual sc_core::sc_interface {
 public:
  // Runs a chunk that starts at `start`, now or later. REQUIRES: the chunk before has ended by
  // then.
  virtual ChunkTimes run(const ChunkStart& issue, Cycle start) = 0;
  virtual Cycle drain_end() const = 0;
};

// The prediction unit (timing only): it takes decisions.
class DecisionIf : public virtual sc_core::sc_interface {
 public:
  // Peeks of a tile pass by on their way out of the array.
  virtual void compare(Count peeks) = 0;
  // The last output on which the decision of `tile` depends will have drained at `drain_end`.
  virtual void last_peek(const ChunkStart& tile, Cycle drain_end) = 0;
  virtual const KnownDecision& known() const = 0;
  virtual const sc_core::sc_event& ready_event() const = 0;
};

// The DMA engine that writes finished steps to DRAM.
class StorerIf : public virtual sc_core::sc_interface {
 public:
  virtual void step_ended(const Store& store) = 0;
};

}  // namespace peeksim::event
