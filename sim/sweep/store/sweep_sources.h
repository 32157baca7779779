// The machines, traces and files behind the finished points of a sweep: enough to show a point's
// whole machine and to run it again.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/sweep/store/sweep_rows.h"

namespace peeksim {

// Every key of a resolved machine with its value, as '--set KEY=VALUE' takes it. Channel thresholds
// are given as a file: {"prediction.thresholds_file", "thresholds-0123abcd.yaml"}.
using MachineSettings = std::vector<std::pair<std::string, std::string>>;

// A machine file of the latest sweep, as it was when the sweep ran.
struct BaseMachine {
  std::string path;  // from the folder in which the sweep was started
  MachineSettings settings;
};

struct TraceSource {
  std::string network, file;
  std::string
      path;  // from the folder in which the sweep was started; just the file's name if unknown
  bool synthetic = false;
  int images = 0;  // in the trace
  UnrecordedMacs unrecorded;
};

struct PointSource {
  std::string key;
  MachineSettings settings;
  std::size_t trace = 0;
  int images = 0;  // how many, from the first on, the point ran on
};

struct SweepSources {
  std::vector<BaseMachine> machines;  // empty: an earlier version wrote the database
  std::vector<TraceSource> traces;
  std::vector<PointSource> points;                // done points, in the order of rows
  std::map<std::string, std::string> thresholds;  // the text of each thresholds file, by its name
};

// All that a report shows, read as one snapshot, since the sweep may be running.
struct SweepReading {
  SweepHead head;
  PointCounts counts;
  std::vector<SweepRow> rows;  // also of points that are not done
  SweepSources sources;
  std::int64_t left_out =
      0;  // finished points of earlier plans, where only the latest was asked for
};

// Throws as read_rows and read_head; Error(config) when parts of the database contradict each
// other.
SweepReading read_sweep(SweepDatabase& database, const RowQuery& query);

}  // namespace peeksim
