#include <iostream>
#include <memory>
#include <utility>

#include "sim/base/paths.h"
#include "sim/cli/commands/trace_warnings.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/options.h"
#include "sim/cli/shell/terminal.h"
#include "sim/report/files/read_results.h"
#include "sim/report/files/results_file.h"
#include "sim/report/files/save.h"
#include "sim/report/screens/screen.h"

namespace peeksim {

void price_command(const std::vector<std::string>& arguments) {
  Options options("peeksim price RESULTS --energy TABLE [OPTIONS]",
                  "Prices a finished run with another energy table: counters are exact and stay, "
                  "energies are recomputed.",
                  "peeksim price out/results.json --energy eyeriss-relative");
  options.positional("RESULTS", "the results.json of a run");
  options.add()("energy", named("TABLE"),
                "a table by path, or by name (45nm, eyeriss-relative); required")(
      "out", named("FOLDER"), "a new folder for the priced results.json and layers.csv")(
      "force", "replace the results in an existing folder")(
      "json", "print the priced results.json instead of the table");
  if (!options.parse(arguments)) return;
  options.require("energy", "no energy table given", "add --energy TABLE");
  RunResult result = read_results(options.text("RESULTS"));
  const std::string name = options.text("energy");
  const EnergyTable table = load_energy_table(find_energy_table(name, "./", {"", 0, "--energy"}));
  result.machine.energy = name;
  result.machine.where["energy"] = {"", 0, "--energy"};
  std::unique_ptr<OutputFolder> folder;
  if (options.has("out") &&
      same_file(options.text("out") + "/results.json", options.text("RESULTS")))
    throw Error(ErrorKind::output, options.text("out"), "holds the results that are read",
                "name another folder");
  if (options.has("out"))
    folder = std::make_unique<OutputFolder>(options.text("out"), options.has("force"));
  warn_about_prices(result.machine, table);
  const PricedResult priced = price_run(std::move(result), table);
  if (folder) save_results(*folder, priced);
  std::cout << (options.has("json") ? results_json(priced) : run_screen(priced, screen_style()));
}

}  // namespace peeksim
