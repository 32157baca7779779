// A finished run with the prices that its file states.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/run/result.h"

namespace peeksim {

// A finished run as its file has it. Energies are the file's: the table is not needed again.
struct StoredRun {
  RunResult result;
  std::string energy_table, energy_unit;
  double energy = 0;                 // of the network, in energy_unit
  std::vector<double> layer_energy;  // as result.layers
  std::optional<double> area_mm2;    // of the machine
};

}  // namespace peeksim
