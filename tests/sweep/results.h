// Results of the sample's machines, as the text that files hold.
#pragma once

#include <string>
#include <vector>

#include "sim/cost/energy_table.h"
#include "sim/report/files/results_file.h"
#include "sim/run/machine_vocabulary.h"
#include "tests/sweep/sample.h"

namespace peeksim {

// tiny.yaml with these settings.
inline MachineSpec machine(const SweepFolder& folder, const std::vector<std::string>& overrides) {
  return load_machine(folder.files.path("tiny.yaml"), overrides, vocabulary());
}

// What results.json of the run holds.
inline std::string text_of(const RunResult& result) {
  return results_json(
      price_run(result, energy_table_of(result.machine, PEEKSIM_SOURCE_DIR "/configs/x")));
}

}  // namespace peeksim
