// Where the finished points of a sweep came from: machines, traces and the files that gave them.
// What it takes to show a point's whole machine, and to run it again.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/sweep/store/sweep_rows.h"

namespace peeksim {

// Every key of a resolved machine with its value, as '--set KEY=VALUE' takes it. Channel thresholds
// stand as a file: {"prediction.thresholds_file", "thresholds-0123abcd.yaml"}.
using MachineSettings = std::vector<std::pair<std::string, std::string>>;

// A machine file of the latest sweep, as it was then.
struct BaseMachine {
  std::string path;  // from the folder in which the sweep was started
  MachineSettings settings;
};

struct TraceSource {
  std::string network, file;
  std::string path;  // from the folder in which the sweep was started; the file's name: not known
  bool synthetic = false;
  int images = 0;  // that it holds
};

struct PointSource {
  std::string key;
  MachineSettings settings;
  std::size_t trace = 0;
  int images = 0;  // that the point ran on, from the first one on
};

struct SweepSources {
  std::vector<BaseMachine> machines;  // empty: the database is of an earlier program
  std::vector<TraceSource> traces;
  std::vector<PointSource> points;                // that are done, in the order of rows
  std::map<std::string, std::string> thresholds;  // the text of each thresholds file, by its name
};

// All that a report shows, as it was at one moment: the sweep may be running.
struct SweepReading {
  SweepHead head;
  PointCounts counts;
  std::vector<SweepRow> rows;  // also of points that are not done
  SweepSources sources;
};

// Throws as read_rows and read_head.
SweepReading read_sweep(SweepDatabase& database, const RowQuery& query);

}  // namespace peeksim
