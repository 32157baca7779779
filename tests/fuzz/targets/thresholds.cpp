// A file of thresholds by layer and channel, as a machine names it.
#include "sim/config/load_machine.h"
#include "sim/run/machine_vocabulary.h"
#include "tests/fuzz/fuzz.h"

namespace peeksim {

void read_input(const std::string& bytes) {
  static const Vocabulary words = vocabulary();
  static const std::string machine =
      written_file("machine.yaml",
                   "name: tuned\n"
                   "prediction: {policy: peek, thresholds_file: thresholds.yaml}\n");
  written_file("thresholds.yaml", bytes);
  load_machine(machine, {}, words);
}

}  // namespace peeksim
