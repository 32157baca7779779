// A results.json, and the same run priced and written again.
#include "sim/cost/energy_table.h"
#include "sim/report/files/read_results.h"
#include "sim/report/files/results_file.h"
#include "tests/fuzz/fuzz.h"

namespace peeksim {

void read_input(const std::string& bytes) {
  static const EnergyTable table =
      load_energy_table(PEEKSIM_SOURCE_DIR "/configs/energy/45nm.yaml");
  const PricedResult read = parse_results(bytes, "results.json");
  results_json(price_run(read.result, table));
}

}  // namespace peeksim
