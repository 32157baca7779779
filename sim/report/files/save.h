// Saves a finished run in its output folder.
#pragma once

#include "sim/report/files/output_folder.h"
#include "sim/report/numbers/priced.h"

namespace peeksim {

// Writes results.json and layers.csv and commits the folder. Throws Error(output).
void save_results(OutputFolder& folder, const PricedResult& priced);

}  // namespace peeksim
