// A network as a YAML file.
#include "sim/workload/workload.h"

#include "tests/fuzz/fuzz.h"

namespace peeksim {

void read_input(const std::string& bytes) {
  load_workload(written_file("workload.yaml", bytes)).macs();
}

}  // namespace peeksim
