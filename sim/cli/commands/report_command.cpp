#include <iostream>

#include "sim/base/output_file.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/options.h"
#include "sim/page/run_page.h"
#include "sim/report/files/read_results.h"

namespace peeksim {

void report_command(const std::vector<std::string>& arguments) {
  Options options("peeksim report RESULTS -o FILE.html [OPTIONS]",
                  "Shows a finished run as one HTML file, which opens from disk without a network: "
                  "where cycles, energy, MACs and traffic went, layer by layer.",
                  "peeksim report out/results.json -o report.html");
  options.positional("RESULTS", "the results.json of a run");
  options.add()("output,o", named("FILE"), "the page to write; required")(
      "force", "replace an existing file");
  if (!options.parse(arguments)) return;
  options.require("output", "no page to write given", "add -o FILE.html");
  const std::string path = options.text("RESULTS");
  const std::string page = run_page(read_results_text(path), path);
  OutputFile file(options.text("output"), options.has("force"));
  file.write(page);
  file.commit();
  std::cout << "report in " << options.text("output") << "\n";
}

}  // namespace peeksim
