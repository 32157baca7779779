// Binds a machine to the trace that it is to run: what depends on the trace's values, or was made
// for it by another program.
#pragma once

#include "sim/config/machine.h"
#include "sim/trace/trace.h"

namespace peeksim {

// The machine with its thresholds as values of the trace (relative_thresholds.h), and its masks
// open, if one of its layers uses masks. Throws Error(trace) as Trace::read_ofmap, and for masks
// that are not of this trace (trace/masks_reader.h); Error(config) for masks of another SHA-256
// than prediction.masks_sha256.
MachineSpec bound_to(const Trace& trace, MachineSpec machine);

// What a bound machine and its trace do not have in common, one sentence each: thresholds that are
// too small for the trace's integers (relative_thresholds.h), masks of layers that the machine
// excludes.
std::vector<std::string> binding_warnings(const Trace& trace, const MachineSpec& bound);

}  // namespace peeksim
