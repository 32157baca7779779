// The optional output files of a run: event log, timeline, report page, waveform. None appears
// under its final name before all are complete.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/base/output_file.h"
#include "sim/cli/shell/options.h"
#include "sim/page/step_strips.h"
#include "sim/report/events/timeline_file.h"
#include "sim/report/numbers/priced.h"
#include "sim/run/run.h"

namespace peeksim {

void add_run_files(Options& options);

class RunFiles {
 public:
  // Throws Error(usage): an option without the one it needs, two files of one name.
  explicit RunFiles(const Options& options);

  // Creates the files under temporary names and makes the run write them: REQUIRES that this
  // outlives the run. Throws Error(usage): a layer that the trace does not have; Error(output).
  void open(const MachineSpec& machine, const Trace& trace, RunOptions& run);

  // Call flush(), write the results, then call commit(): so a full disk is an error before the
  // first file appears. Throw Error(output).
  void flush(const PricedResult& priced);
  void commit();

  // "events in log.jsonl\n", a line for each; "" without files.
  std::string list() const;

 private:
  struct File {  // that an option asked for
    std::string option;
    std::string what;  // on the screen
    std::string path;
    std::unique_ptr<OutputFile> file;
  };

  OutputFile* file_of(const std::string& option) const;  // null: no such option given

  const Options& options_;
  std::vector<File> files_;
  CycleWindow cycles_;
  TimelineWindow window_;
  std::vector<StepStrip> strips_;  // of the run, for its report
};

}  // namespace peeksim
