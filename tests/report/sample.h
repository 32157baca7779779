// A finished run with numbers made up for tests: three layers, two images, sums that agree.
#pragma once

#include <string>

#include "sim/cost/energy.h"
#include "sim/run/result.h"

namespace peeksim {

// Energies of the simplest kind: 1 pJ per executed MAC, 2 pJ per byte of DRAM, all else free.
EnergyTable sample_table();

// On a 2x2 array: "plain" is predicted, "first" is not, "fc" streams its weights.
RunResult sample_run();

}  // namespace peeksim
