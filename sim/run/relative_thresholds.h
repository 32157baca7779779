// Thresholds in units of a layer's RMS (prediction.threshold_unit: rms) on a trace.
#pragma once

#include <string>
#include <vector>

#include "sim/config/machine.h"
#include "sim/trace/trace.h"

namespace peeksim {

// The machine with the values that its thresholds have on the trace: times the RMS of their layer,
// rounded down to float; `never` stays. A machine whose unit is `value` stays as it is. Throws
// Error(trace) as Trace::read_ofmap.
MachineSpec with_absolute_thresholds(MachineSpec machine, const Trace& trace);

// Layers whose values are integers and whose one threshold lies between 0 and a step of them, one
// sentence in all: such a threshold acts as the next step at or below it, a positive one as 0.
// Empty: there are none. Thresholds by channel are chosen with more care.
std::vector<std::string> thresholds_below_a_step(const MachineSpec& machine, const Trace& trace);

}  // namespace peeksim
