// The rows of the table of dataflows, one .cpp each.
#pragma once

#include "sim/schedule/dataflow.h"

namespace peeksim {

extern const Dataflow broadcast_dataflow;

}  // namespace peeksim
