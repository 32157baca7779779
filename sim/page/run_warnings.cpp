#include "sim/page/run_warnings.h"

#include "sim/config/ports.h"
#include "sim/run/machine_vocabulary.h"

namespace peeksim {

std::vector<std::string> run_warnings(const PricedResult& run) {
  std::vector<std::string> warnings = narrow_ports(run.result.machine, vocabulary());
  for (const std::string& warning : run.warnings) warnings.push_back("prices: " + warning);
  return warnings;
}

}  // namespace peeksim
