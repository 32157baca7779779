// Runs side by side, on a terminal.
#pragma once

#include <string>
#include <vector>

#include "sim/report/numbers/compare.h"
#include "sim/report/screens/screen_style.h"

namespace peeksim {

// "B takes 0.84 of the cycles and 1.05 of the energy of A.": one sentence, whatever the number of
// runs. "-" for what is not known.
std::string in_words(const Comparison& comparison);

// One screen: the table of machines, what it says in words, what differs between the machines, and
// with `layers` every metric of every layer. `paths`: of the runs' or the machines' files.
std::string compare_screen(const Comparison& comparison, const std::vector<PricedResult>& runs,
                           const std::vector<std::string>& paths, bool layers,
                           const ScreenStyle& style = {});

}  // namespace peeksim
