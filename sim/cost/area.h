// What a machine takes on silicon: its parts times an area each (docs/energy.md). One row of a
// table per component.
#pragma once

#include <optional>
#include <vector>

#include "sim/base/counters.h"
#include "sim/cost/energy_table.h"

namespace peeksim {

struct AreaComponent {
  const char* name;   // in files: "pe_array"
  const char* label;  // on screens: "PE array"
  // REQUIRES: table.area. done: what the machine did; what never did anything is not there.
  double (*area)(const EnergyTable& table, const MachineSpec& machine, const Counters& done);
};

const std::vector<AreaComponent>& area_components();

// mm2 by component, in the order of area_components().
using Area = std::vector<double>;

// The area of a machine that ran with these counters: its prediction unit holds as many window bits
// as its largest step needed, its queue as many jobs, and a unit that was never used is not there.
// Nothing when the table knows no areas. Throws Error(config) when it lacks one that is needed.
std::optional<Area> area_of(const EnergyTable& table, const MachineSpec& machine,
                            const Counters& done);

double total_mm2(const Area& area);

// Of one PE, in mm2. REQUIRES: table.area. Throws as area_of().
double pe_mm2(const EnergyTable& table, const MachineSpec& machine, const Counters& done);

// How many bits tell the PEs of an array apart.
int tag_bits(const MachineSpec& machine);

// How many bytes the flags of zero activations take: a bit per activation that the ifmap buffer
// holds.
Bytes zero_flag_bytes(const MachineSpec& machine);

}  // namespace peeksim
