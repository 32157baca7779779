#include <iostream>

#include "sim/cli/command.h"
#include "sim/cli/options.h"
#include "sim/energy/energy.h"
#include "sim/system/run.h"

namespace po = boost::program_options;

namespace peeksim {

namespace {

using TextList = std::vector<std::string>;

void add_overrides(Options& options) {
  options.add()("set", po::value<TextList>()->composing(), "KEY=VALUE: override a key; repeatable");
}

MachineSpec machine_of(const Options& options) {
  return load_machine(options.text("MACHINE"), options.list("set"), vocabulary());
}

}  // namespace

void config_check_command(const std::vector<std::string>& arguments) {
  Options options("peeksim config check MACHINE [OPTIONS]",
                  "Checks a machine file: keys, types, ranges, peeks, thresholds, energy table.",
                  "peeksim config check configs/peek-16x16.yaml");
  options.positional("MACHINE", "a machine file (YAML)");
  add_overrides(options);
  if (!options.parse(arguments)) return;
  const MachineSpec machine = machine_of(options);
  rates_for(energy_table_of(machine, options.text("MACHINE")), machine);
  std::cout << options.text("MACHINE") << ": ok (" << machine.name << ")\n";
}

void config_show_command(const std::vector<std::string>& arguments) {
  Options options("peeksim config show MACHINE [OPTIONS]",
                  "Prints the machine with every key resolved: parents, defaults, overrides.",
                  "peeksim config show configs/peek-16x16.yaml --set prediction.threshold=0.1");
  options.positional("MACHINE", "a machine file (YAML)");
  add_overrides(options);
  if (!options.parse(arguments)) return;
  std::cout << to_yaml(show_machine(machine_of(options)));
}

void config_reference_command(const std::vector<std::string>& arguments) {
  Options options("peeksim config reference",
                  "Prints the reference of all machine keys as Markdown.",
                  "peeksim config reference > docs/config-reference.md");
  if (!options.parse(arguments)) return;
  std::cout << machine_reference(vocabulary());
}

}  // namespace peeksim
