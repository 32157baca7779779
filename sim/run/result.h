// The result of running a trace on a machine: plain values, independent of the engine. Code that
// reads results needs only this header and no engine.
#pragma once

#include <string>
#include <vector>

#include "sim/base/counters.h"
#include "sim/config/machine.h"
#include "sim/trace/trace.h"
#include "sim/workload/layer.h"

namespace peeksim {

// The counters of the described machine and of the same machine with policy `none`.
struct CounterPair {
  Counters machine;
  Counters dense;

  CounterPair& operator+=(const CounterPair& other) {
    machine += other.machine;
    dense += other.dense;
    return *this;
  }
};

struct LayerResult {
  Layer layer;
  std::string policy;        // the predictor that ran: "none" when the layer is not predicted
  std::string excluded;      // "" or why it was not
  bool streamed = false;     // its weights are streamed: prediction changes weight traffic too
  bool zeros_known = false;  // the trace has its ifmap: zero activations are gated
  CounterPair counters;      // over all images
};

struct ImageResult {
  std::string name;      // "" when the trace has no names
  CounterPair counters;  // over all layers
};

// Identifies the trace that was simulated. No paths: the same trace gives the same bytes in any
// folder.
struct TraceIdentity {
  std::string file;  // the last part of its path
  std::string network;
  std::string origin;
  std::string workload;
  std::string sha256;
  bool synthetic = false;
  TraceLoop loop;
  int images = 0;
  UnrecordedMacs unrecorded;

  bool has_values() const { return origin != shapes_origin; }
};

// A list of counters.
using UnknownCounters = std::vector<Count Counters::*>;

struct RunResult {
  MachineSpec machine;
  TraceIdentity trace;
  std::vector<LayerResult> layers;
  std::vector<ImageResult> images;
  // Counters that are missing in the file from which the run was read: 0 everywhere.
  UnknownCounters unknown;

  CounterPair totals() const;  // over all layers and images
  bool predicts() const;       // any layer: else machine and dense machine are the same
};

// Of a trace and all its images.
TraceIdentity identity_of(const Trace& trace);

// The parts of a result that are known before the run, of the first `images` of a trace: no layers.
RunResult result_before(const MachineSpec& machine, const Trace& trace, int images);

// The machine of CounterPair::dense: the same one with policy `none`.
MachineSpec dense_version(const MachineSpec& machine);

}  // namespace peeksim
