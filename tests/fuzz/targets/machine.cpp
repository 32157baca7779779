// A machine file. What is read can be shown, and what is shown reads back as the same machine.
#include "sim/config/load_machine.h"
#include "sim/config/read_yaml.h"
#include "sim/config/show_machine.h"
#include "sim/config/to_yaml.h"
#include "sim/run/machine_vocabulary.h"
#include "tests/fuzz/fuzz.h"

namespace peeksim {

void read_input(const std::string& bytes) {
  static const Vocabulary words = vocabulary();
  const std::string path = written_file("machine.yaml", bytes);
  const std::string shown = to_yaml(show_machine(load_machine(path, {}, words)));
  const MachineSpec again = machine_from_tree(parse_yaml(shown, path), words);
  require(to_yaml(show_machine(again)) == shown, "the machine reads back as another one");
}

}  // namespace peeksim
