// A condition over the keys of a machine, as a sweep or a request gives it.
#include "sim/run/machine_vocabulary.h"
#include "sim/sweep/design/expression.h"
#include "tests/fuzz/fuzz.h"

namespace peeksim {

void read_input(const std::string& bytes) {
  static const Vocabulary words = vocabulary();
  static const MachineSpec machine =
      load_machine(PEEKSIM_SOURCE_DIR "/configs/tiny.yaml", {}, words);
  Expression(Value::scalar(bytes, {"sweep.yaml", 1, "where"}), words).holds(machine);
}

}  // namespace peeksim
