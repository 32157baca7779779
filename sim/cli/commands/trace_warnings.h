// What a machine and a trace, or an energy table, together make worth a warning: neither is wrong
// alone.
#pragma once

#include "sim/config/machine.h"
#include "sim/cost/energy_table.h"
#include "sim/trace/trace.h"

namespace peeksim {

// Entries of the prediction settings that name no layer of the trace, and parameters of policies
// that are not chosen.
void warn_about_unmatched(const MachineSpec& machine, const TraceInfo& info);

// Layers of which the trace has no ifmap, on a machine that skips zero activations: it skips none.
void warn_about_skipping(const MachineSpec& machine, const TraceInfo& info);

// A closed-loop trace that carries the mispredictions of another machine.
void warn_about_loop(const MachineSpec& machine, const TraceInfo& info);

// What the energy table prices although it states nothing of the kind.
void warn_about_prices(const MachineSpec& machine, const EnergyTable& table);

}  // namespace peeksim
