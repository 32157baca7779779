// The silicon area of a machine by component: the number of its parts times the area of each
// (docs/energy.md). One row of a table per component.
#pragma once

#include <optional>
#include <vector>

#include "sim/base/counters.h"
#include "sim/cost/energy_table.h"

namespace peeksim {

struct AreaComponent {
  const char* name;   // in files: "pe_array"
  const char* label;  // on screens: "PE array"
  // REQUIRES: table.area. totals: the counters of a run; a unit that was never used has no area.
  double (*area)(const EnergyTable& table, const MachineSpec& machine, const Counters& totals);
};

const std::vector<AreaComponent>& area_components();

// mm2 by component, in the order of area_components().
using Area = std::vector<double>;

// The area of a machine that ran with these counters: its prediction unit holds as many window bits
// as its largest step needed, its queue as many jobs, and a unit that was never used has no area.
// Nothing when the table states no areas. Throws Error(config) when it lacks one that is needed.
std::optional<Area> area_of(const EnergyTable& table, const MachineSpec& machine,
                            const Counters& totals);

double total_mm2(const Area& area);

// The area of one PE, in mm2. REQUIRES: table.area. Throws as area_of().
double pe_mm2(const EnergyTable& table, const MachineSpec& machine, const Counters& totals);

// The bits of a tag that names one PE of the array.
int tag_bits(const MachineSpec& machine);

// The bytes of the zero flags: a bit per activation that the ifmap buffer holds.
Bytes zero_flag_bytes(const MachineSpec& machine);

}  // namespace peeksim
