// A folder with what a small sweep needs: tiny.yaml, small.h5 (three layers, two images) and a
// sweep file of the test's own.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "sim/sweep/design/sweep_plan.h"
#include "sim/sweep/run_sweep.h"
#include "sim/sweep/store/sweep_database.h"
#include "sim/trace/synth.h"
#include "tests/support/config_error.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/temp_folder.h"

namespace peeksim {

class SweepFolder {
 public:
  SweepFolder() {
    files.write("tiny.yaml", read_bytes(PEEKSIM_SOURCE_DIR "/configs/tiny.yaml"));
    write_trace("small.h5", 1);
  }

  void write_trace(const std::string& name, std::uint64_t seed) const {
    SynthSettings settings;
    settings.images = 2;
    settings.seed = seed;
    settings.type = "f32";
    synthesize(load_workload(files.write(
                   "workload.yaml",
                   "name: small\nsource: made for tests\nlayers:\n"
                   "  - {name: conv1, C: 3, H: 12, W: 12, K: 8, R: 3, S: 3, pad: 1}\n"
                   "  - {name: conv2, C: 8, H: 12, W: 12, K: 8, R: 3, S: 3, groups: 8, pad: 1}\n"
                   "  - {name: fc, kind: fc, C: 12, K: 10, activation: none}\n")),
               settings, files.path(name));
  }

  // A sweep file of tiny.yaml and small.h5 with these lines more.
  std::string sweep(const std::string& lines) const {
    return files.write("sweep.yaml", "name: test\nmachine: tiny.yaml\ntrace: small.h5\n" + lines);
  }

  SweepPlan plan(const std::string& lines) const { return SweepPlan(load_sweep(sweep(lines))); }

  // The error of planning a sweep with these lines.
  std::string error(const std::string& lines) const {
    return config_error([&] { plan(lines); }, &files);
  }

  TempFolder files;
};

// "array.rows 8, array.cols 4" of every point.
inline std::vector<std::string> points_in(const SweepPlan& plan) {
  std::vector<std::string> all;
  for (const SweepPoint& point : plan.points()) {
    std::string text;
    for (const auto& [column, value] : plan.shown(point))
      text += (text.empty() ? "" : ", ") + column + " " + value;
    all.push_back(text);
  }
  return all;
}

// Runs a sweep with these lines, or a shard of it, into the database of this name.
inline void run_plan(const SweepFolder& folder, const std::string& lines, const std::string& name,
                     Shard shard = {}) {
  fresh_kernel();
  SweepPlan plan = folder.plan(lines);
  SweepDatabase database(folder.files.path(name), DatabaseUse::write);
  SweepOptions options;
  options.shard = shard;
  run_sweep(plan, database, options);
}

}  // namespace peeksim
