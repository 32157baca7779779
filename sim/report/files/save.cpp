#include "sim/report/files/save.h"

#include "sim/report/files/layers_csv.h"
#include "sim/report/files/results_file.h"

namespace peeksim {

void save_results(OutputFolder& folder, const PricedResult& priced) {
  folder.write("results.json", results_json(priced));
  folder.write("layers.csv", layers_csv(priced));
  folder.commit();
}

}  // namespace peeksim
