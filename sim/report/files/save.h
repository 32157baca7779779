// The files of a finished run, written into a folder that is complete or not there.
#pragma once

#include "sim/report/files/output_folder.h"
#include "sim/report/numbers/priced.h"

namespace peeksim {

// Writes results.json and layers.csv and gives the folder its name. Throws Error(output).
void save_results(OutputFolder& folder, const PricedResult& priced);

}  // namespace peeksim
