// Warnings about combinations of a machine with a trace or an energy table, each valid on its own.
#pragma once

#include "sim/config/machine.h"
#include "sim/cost/energy_table.h"
#include "sim/trace/trace.h"

namespace peeksim {

// The machine bound to the trace (run/machine_binder.h). Warns about entries of the prediction
// settings that name no layer, keys without effect, narrow read ports, and as binding_warnings().
MachineSpec settled_on(const Trace& trace, const MachineSpec& machine);

// Layers without an ifmap in the trace, on a machine that skips zero activations: none is skipped.
void warn_about_skipping(const MachineSpec& machine, const TraceInfo& info);

// A closed-loop trace that carries the mispredictions of another machine.
void warn_about_loop(const MachineSpec& machine, const TraceInfo& info);

// Prices that the energy table does not state and extrapolates.
void warn_about_prices(const MachineSpec& machine, const EnergyTable& table);

}  // namespace peeksim
