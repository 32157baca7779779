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
  double (*area)(const AreaTable& table, const MachineSpec& machine, const Counters& counters);
};

const std::vector<AreaComponent>& area_components();

// mm2 by component, in the order of area_components().
using Area = std::vector<double>;

// The area of a machine that ran with these counters: its prediction unit holds as many window bits
// as its largest step needed, and is not there when nothing was peeked at. Nothing when the table
// knows no areas. Throws Error(config) when it has no MAC of the machine's width.
std::optional<Area> area_of(const EnergyTable& table, const MachineSpec& machine,
                            const Counters& counters);

double total_mm2(const Area& area);

}  // namespace peeksim
