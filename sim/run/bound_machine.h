// Binds a machine to the trace that it is to run: what depends on the trace's values, or was made
// for it by another program.
#pragma once

#include "sim/config/machine.h"
#include "sim/trace/trace.h"

namespace peeksim {

// The machine with its thresholds as values of the trace (relative_thresholds.h), and the masks and
// networks open that its layers use. Throws Error(trace) as Trace::read_ofmap, and for masks that
// are not of this trace (trace/masks_reader.h); and as with_open_networks; Error(config) for masks
// of another SHA-256 than prediction.masks_sha256.
MachineSpec bound_to(const Trace& trace, MachineSpec machine);

// The machine with the networks of policy zap open, if one of its layers uses them: they are of no
// trace. Throws as read_zap_networks, and Error(config) for another SHA-256 than
// prediction.zap_sha256.
MachineSpec with_open_networks(MachineSpec machine);

// What a bound machine and its trace do not have in common, one sentence each: thresholds that are
// too small for the trace's integers (relative_thresholds.h), masks and networks of layers that the
// machine excludes, networks of layers that the trace does not have.
std::vector<std::string> binding_warnings(const Trace& trace, const MachineSpec& bound);

}  // namespace peeksim
