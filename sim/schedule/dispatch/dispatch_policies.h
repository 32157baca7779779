// The rows of the table of dispatch policies, one .cpp each.
#pragma once

#include "sim/schedule/dispatch.h"

namespace peeksim {

extern const Dispatch gate_dispatch;
extern const Dispatch row_skip_dispatch;
extern const Dispatch packed_dispatch;
extern const Dispatch balanced_dispatch;
extern const Dispatch balanced_fill_dispatch;

}  // namespace peeksim
