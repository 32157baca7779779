// layers.csv: a row per layer, every counter of the machine and of the dense one, for spreadsheets.
#pragma once

#include <string>

#include "sim/report/numbers/priced.h"

namespace peeksim {

// Columns: network, synthetic, layer, shape and policy, ratios, then each counter and each energy
// component, first of the machine, then prefixed by "dense_". Text is quoted as in RFC 4180;
// unknown values are empty.
std::string layers_csv(const PricedResult& priced);

}  // namespace peeksim
