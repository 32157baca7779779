// The screen at the end of a run: what it saved, on one line; what was simulated; and per layer
// where the cycles and the energy went.
#pragma once

#include <string>

#include "sim/cost/energy.h"
#include "sim/report/screens/screen_style.h"
#include "sim/run/result.h"

namespace peeksim {

std::string run_screen(const RunResult& result, const EnergyTable& table,
                       const ScreenStyle& style = {});

// Its first line alone; it calls a synthetic trace so.
std::string run_summary(const RunResult& result, const EnergyTable& table);

}  // namespace peeksim
