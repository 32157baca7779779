#include "sim/report/files/save.h"

#include "sim/report/files/layers_csv.h"
#include "sim/report/files/results_file.h"

namespace peeksim {

void save_results(OutputFolder& folder, const RunResult& result, const EnergyTable& table) {
  folder.write("results.json", results_json(result, table));
  folder.write("layers.csv", layers_csv(result, table));
  folder.commit();
}

}  // namespace peeksim
