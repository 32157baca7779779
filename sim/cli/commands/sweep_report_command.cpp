#include <iostream>

#include "sim/base/error.h"
#include "sim/base/output_file.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/options.h"
#include "sim/page/sweep_page.h"

namespace peeksim {

void sweep_report_command(const std::vector<std::string>& arguments) {
  Options options(
      "peeksim sweep report DB -o FILE.html [OPTIONS]",
      "Shows a sweep's finished points as one HTML file, which opens from disk without a "
      "network: any two metrics with their Pareto front, parallel coordinates, the effect of "
      "every axis, and the command that runs a point again.",
      "peeksim sweep report sweep.db -o sweep.html");
  options.positional("DB", "a database of 'peeksim sweep'");
  options.add()("output,o", named("FILE"), "the page to write; required")(
      "force", "replace an existing file");
  add_scope(options);
  add_earlier(options);
  if (!options.parse(arguments)) return;
  options.require("output", "no page to write given", "add -o FILE.html");
  OutputFile file(options.text("output"), options.has("force"));
  SweepDatabase database(options.text("DB"), DatabaseUse::read);
  const std::string scope = options.text("scope");
  const SweepReading reading =
      read_sweep(database, sweep_page_query(scope, options.has("earlier")));
  if (reading.sources.points.empty())
    throw Error(ErrorKind::config, options.text("DB"), "has no finished point to show",
                "run the sweep first; 'peeksim sweep status' says how far it is");
  file.write(sweep_page(reading, scope));
  file.commit();
  std::cout << "report in " << options.text("output") << "\n";
}

}  // namespace peeksim
