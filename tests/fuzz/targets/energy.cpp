// An energy table, and the prices of a machine in it.
#include "sim/cost/energy.h"
#include "sim/config/load_machine.h"
#include "sim/cost/energy_table.h"
#include "sim/run/machine_vocabulary.h"
#include "tests/fuzz/fuzz.h"

namespace peeksim {

void read_input(const std::string& bytes) {
  static const MachineSpec machine =
      load_machine(PEEKSIM_SOURCE_DIR "/configs/peek-16x16-skip.yaml", {}, vocabulary());
  const EnergyTable table = load_energy_table(written_file("energy.yaml", bytes));
  rates_for(table, machine);
  table.warnings(machine);
}

}  // namespace peeksim
