// The data that TLM transfers point to. The simulator moves no values, so all transfers share the
// same bytes, and the computer has memory only for those that a memory touches.
#pragma once

#include "sim/base/units.h"

namespace peeksim {

// At least so many bytes, which stay where they are as long as the process lasts. Throws
// std::bad_alloc.
unsigned char* transfer_data(Bytes bytes);

}  // namespace peeksim
