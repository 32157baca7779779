// The screen at the end of a run: what it saved, on one line; what was simulated; and per layer
// where the cycles and the energy went.
#pragma once

#include <string>

#include "sim/report/numbers/priced.h"
#include "sim/report/screens/screen_style.h"

namespace peeksim {

std::string run_screen(const PricedResult& priced, const ScreenStyle& style = {});

// Its first line alone; it calls a synthetic trace so.
std::string run_summary(const PricedResult& priced);

}  // namespace peeksim
