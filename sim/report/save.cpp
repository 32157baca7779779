#include "sim/report/save.h"

#include "sim/report/layers_csv.h"
#include "sim/report/results_file.h"

namespace peeksim {

void save_results(OutputFolder& folder, const RunResult& result, const EnergyTable& table) {
  folder.write("results.json", results_json(result, table));
  folder.write("layers.csv", layers_csv(result, table));
  folder.commit();
}

}  // namespace peeksim
