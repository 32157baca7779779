// Says which of a network's MACs are not in its trace, wherever a report gives its MACs: they are
// in no number of the report.
#pragma once

#include <string>

#include "sim/report/numbers/priced.h"
#include "sim/trace/trace.h"

namespace peeksim {

// "1,234 MACs per image of the network are not in this trace (attention), 8.2 % of all"; "" when
// there are none. recorded: the MACs per image that are in it; without a value no share is given.
std::string unrecorded_text(const UnrecordedMacs& unrecorded, const Number& recorded = {});

// The same of the trace of a run.
std::string unrecorded_text(const PricedResult& priced);

// In short: "1,234 MACs per image not in the trace (8.2 %)"; "" when there are none.
std::string unrecorded_summary(const PricedResult& priced);

}  // namespace peeksim
