// The screen at the end of a run: one line with what prediction saved, what was simulated, and
// where cycles and energy went, per layer.
#pragma once

#include <string>

#include "sim/report/numbers/priced.h"
#include "sim/report/screens/screen_style.h"

namespace peeksim {

std::string run_screen(const PricedResult& priced, const ScreenStyle& style = {});

// Its first line alone, which also says how many MACs are not in the trace, and whether that is a
// synthetic one.
std::string run_summary(const PricedResult& priced);

}  // namespace peeksim
