// A machine so small that a small layer has steps, chunks, stalls and streamed weights.
#pragma once

#include "sim/config/machine.h"

namespace peeksim {

inline MachineSpec small_machine() {
  MachineSpec machine;
  machine.name = "small";
  machine.array.rows = machine.array.cols = 4;
  machine.array.dispatch = "packed";
  machine.buffers = {600, 256, 200, 12, 0};
  machine.dram = {10, 7};
  machine.prediction.latency = 5;
  return machine;
}

}  // namespace peeksim
