// The files that a run writes beside its results, each on demand: what happened when, as a log and
// as a timeline, and a waveform. None has its name before all are complete.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/cli/shell/options.h"
#include "sim/page/step_strips.h"
#include "sim/report/events/timeline_file.h"
#include "sim/report/files/output_file.h"
#include "sim/report/numbers/priced.h"
#include "sim/run/run.h"

namespace peeksim {

void add_run_files(Options& options);

class RunFiles {
 public:
  // Throws Error(usage): a file without what it needs, two files of one name.
  explicit RunFiles(const Options& options);

  // Makes the files, not yet under their names, and lets a run fill them: REQUIRES that this
  // outlives the run. Throws Error(usage): a layer that the trace does not have; Error(output).
  void open(const MachineSpec& machine, const Trace& trace, RunOptions& run);

  // A full disk is an error before the first file has its name: first flush(), then the results,
  // then commit(). Throw Error(output).
  void flush(const PricedResult& priced);
  void commit();

  // "events in log.jsonl\n", a line for each; "" without files.
  std::string list() const;

 private:
  struct File {  // that was asked for
    std::string option;
    std::string what;  // on the screen
    std::string path;
    std::unique_ptr<OutputFile> file;
  };

  OutputFile* file_of(const std::string& option) const;  // null: not asked for

  const Options& options_;
  std::vector<File> files_;
  CycleWindow cycles_;
  TimelineWindow window_;
  std::vector<StepStrip> strips_;  // of the run, for its report
};

}  // namespace peeksim
