// A comparison of runs as JSON and CSV, for scripts and for the page.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/report/numbers/compare.h"

namespace peeksim {

// Everything: {runs, same_traces, same_energy_tables, changed, network, layers}. A run has every
// figure; network and layers have lists of values by metric, one of each run. Values are not
// scaled, and null where they are not known. paths: the files of the runs or machines.
nlohmann::ordered_json compare_json(const Comparison& comparison,
                                    const std::vector<PricedResult>& runs,
                                    const std::vector<std::string>& paths);

// The table of machines: one row each with every figure; empty where it is not known.
std::string compare_csv(const Comparison& comparison, const std::vector<PricedResult>& runs,
                        const std::vector<std::string>& paths);

}  // namespace peeksim
