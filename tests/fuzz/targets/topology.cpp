// A network as a topology file of SCALE-Sim.
#include "sim/workload/workload.h"
#include "tests/fuzz/fuzz.h"

namespace peeksim {

void read_input(const std::string& bytes) {
  load_workload(written_file("topology.csv", bytes)).macs();
}

}  // namespace peeksim
