// A sweep file: which machines to run on which traces (docs/sweeps.md). Read as strictly as a
// machine file; sweep_plan.h makes points of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/config/load_machine.h"
#include "sim/config/value.h"
#include "sim/sweep/design/axis.h"
#include "sim/sweep/design/derived_keys.h"

namespace peeksim {

struct Sample {
  std::string method = "grid";  // a row of sampling.cpp
  std::size_t points = 0;       // how many to draw; the grid takes all
  std::uint64_t seed = 0;
  Location where;
};

struct Objective {
  std::string metric;  // a row of metric.cpp
  bool maximize = false;
};

struct SweepSpec {
  std::string file;  // the sweep file's path
  std::string name;
  std::vector<std::string> machines;  // paths, relative to the working folder
  std::vector<std::string> traces;    // or workloads
  int images = 0;                     // of each trace; 0: all
  std::vector<Axis> axes;
  DerivedKeys derived;
  std::vector<Value> where;      // expressions, all of which must hold
  bool skip_infeasible = false;  // leaves out what no machine can be or run, else an error
  Sample sample;
  std::vector<std::string> metrics;  // what exports show
  std::vector<Objective> objectives;
  Location images_where;
};

// Throws Error(config) with file:line:key.
SweepSpec load_sweep(const std::string& path);

}  // namespace peeksim
