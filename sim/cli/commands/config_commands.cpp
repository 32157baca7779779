#include <iostream>

#include "sim/base/error.h"
#include "sim/cli/commands/trace_warnings.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/options.h"
#include "sim/config/machine_reference.h"
#include "sim/config/show_machine.h"
#include "sim/config/to_yaml.h"
#include "sim/cost/energy.h"
#include "sim/report/files/layer_settings.h"
#include "sim/run/machine_binder.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/schedule/layer_setup.h"
#include "sim/trace/trace.h"
#include "sim/workload/workload.h"

namespace peeksim {

namespace {

using TextList = std::vector<std::string>;

void add_overrides(Options& options) {
  options.add()("set", named<TextList>("KEY=VALUE")->composing(), "override a key; repeatable");
}

MachineSpec machine_of(const Options& options) {
  return load_machine(options.text("MACHINE"), options.list("set"), vocabulary());
}

// The layers' settings as JSON, of a machine that can have them.
std::string settings_of(const MachineSpec& machine, const std::string& network,
                        const std::vector<Layer>& layers) {
  for (const LayerPrediction& settings : resolve_layers(machine, layers))
    require_fitting_array(machine, settings);
  return layer_settings_json(machine, network, layers);
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
  const EnergyTable table = energy_table_of(machine, options.text("MACHINE"));
  rates_for(table, machine);
  warn_about_prices(machine, table);
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

void config_layers_command(const std::vector<std::string>& arguments) {
  Options options("peeksim config layers MACHINE --workload WORKLOAD | --trace TRACE",
                  "Prints as JSON what the machine's prediction settings mean on every layer of a "
                  "network: policy, window, peeks, thresholds, or why it runs dense "
                  "(docs/masks.md).",
                  "peeksim config layers configs/peek-16x16.yaml --workload "
                  "workloads/resnet18.yaml");
  options.positional("MACHINE", "a machine file (YAML)");
  options.add()("workload", named("WORKLOAD"), "the network's layer shapes")(
      "trace", named("TRACE"), "a trace (HDF5) of the network")(
      "set", named<TextList>("KEY=VALUE")->composing(), "override a key; repeatable");
  if (!options.parse(arguments)) return;
  if (options.has("workload") == options.has("trace"))
    throw Error(ErrorKind::usage, "", "the layers of which network?",
                "give either --workload FILE or --trace FILE");
  const MachineSpec machine = machine_of(options);
  if (options.has("trace")) {
    const Trace trace(options.text("trace"));
    std::cout << settings_of(MachineBinder().bind(trace, machine), trace.info().network,
                             layers_of(trace.info()));
  } else {
    const Workload workload = load_workload(options.text("workload"));
    std::cout << settings_of(MachineBinder().open_networks(machine), workload.name,
                             workload.layers);
  }
}

void config_reference_command(const std::vector<std::string>& arguments) {
  Options options("peeksim config reference",
                  "Prints the reference of all machine keys as Markdown.",
                  "peeksim config reference > docs/config-reference.md");
  if (!options.parse(arguments)) return;
  std::cout << machine_reference(vocabulary());
}

}  // namespace peeksim
