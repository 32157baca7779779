// The files of a finished run, written into a folder that is complete or not there.
#pragma once

#include "sim/cost/energy_table.h"
#include "sim/report/files/output_folder.h"
#include "sim/run/result.h"

namespace peeksim {

// Writes results.json and layers.csv and gives the folder its name. Throws Error(output).
void save_results(OutputFolder& folder, const RunResult& result, const EnergyTable& table);

}  // namespace peeksim
