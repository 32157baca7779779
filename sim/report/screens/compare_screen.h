// Shows a comparison of runs on a terminal.
#pragma once

#include <string>
#include <vector>

#include "sim/report/numbers/compare.h"
#include "sim/report/screens/screen_style.h"

namespace peeksim {

// "B takes 0.84 of the cycles and 1.05 of the energy of A.": one sentence for any number of
// runs. "-": unknown.
std::string in_words(const Comparison& comparison);

// One screen: the table of machines, a summary in words, the keys that differ, and with `layers`
// every metric of every layer. `paths`: the files of the runs or machines.
std::string compare_screen(const Comparison& comparison, const std::vector<PricedResult>& runs,
                           const std::vector<std::string>& paths, bool layers,
                           const ScreenStyle& style = {});

}  // namespace peeksim
