// The screen at the end of a run: what it saved, on one line; what was simulated; and per layer
// where the cycles and the energy went.
#pragma once

#include <string>

#include "sim/energy/energy.h"
#include "sim/report/screen_style.h"
#include "sim/system/run.h"

namespace peeksim {

std::string run_screen(const RunResult& result, const EnergyTable& table,
                       const ScreenStyle& style = {});

// Its first line alone; it calls a synthetic trace so.
std::string run_summary(const RunResult& result, const EnergyTable& table);

}  // namespace peeksim
