// Runs side by side, on a terminal.
#pragma once

#include <string>
#include <vector>

#include "sim/report/numbers/compare.h"
#include "sim/report/screens/screen_style.h"

namespace peeksim {

// One screen. `paths`: of the runs' files.
std::string compare_screen(const Comparison& comparison, const std::vector<PricedResult>& runs,
                           const std::vector<std::string>& paths, const ScreenStyle& style = {});

}  // namespace peeksim
