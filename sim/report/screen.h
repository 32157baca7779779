// The screen at the end of a run: what was simulated, what it saved, and per layer where the
// cycles and the energy went.
#pragma once

#include <string>

#include "sim/energy/energy.h"
#include "sim/system/run.h"

namespace peeksim {

std::string run_screen(const RunResult& result, const EnergyTable& table);

}  // namespace peeksim
