// Runs a whole trace on a machine, and on the same machine without prediction for comparison.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/engine_options.h"
#include "sim/engine/events.h"
#include "sim/run/result.h"
#include "sim/run/waveform_request.h"
#include "sim/schedule/plan.h"
#include "sim/skip/operands/live_taps.h"
#include "sim/skip/prediction.h"
#include "sim/trace/trace.h"
#include "sim/trace/watch.h"

namespace peeksim {

class Engine;

// The time a run took, and how much of it was simulated rather than reused: for benchmarks, never
// part of a result.
struct RunProfile {
  double read_seconds = 0;      // CPU: trace to memory, with decompression and checks
  double simulate_seconds = 0;  // CPU: prediction, scheduling, timing, counting
  Cycle cycles = 0;             // simulated; results that are reused do not count again
  Count macs = 0;

  RunProfile& operator+=(const RunProfile& other);
};

// The events of one layer of one image on the described machine, sorted as in engine/events.h.
// Cycles count from the start of the image's network.
struct RunEvents {
  const Layer& layer;
  const Plan& plan;  // of a group of the layer
  int image;
  const EventLog& events;
};

// Receives the events of each layer, image after image, as soon as they are known, in the detail
// that it asks for.
class EventSink {
 public:
  using Take = std::function<void(const RunEvents&)>;

  EventSink() = default;  // wants none
  EventSink(EventDetail detail, Take take) : detail_(detail), take_(std::move(take)) {}

  EventDetail detail() const { return detail_; }
  explicit operator bool() const { return detail_ != EventDetail::none; }
  void operator()(const RunEvents& events) const { take_(events); }

 private:
  EventDetail detail_ = EventDetail::none;
  Take take_;
};

// A cache shared by runs of the same trace. A run queries it before it reads or computes, and
// stores what it had to compute, so a sweep does once what many machines share. Cached values equal
// those that the run would compute. For an engine that computes no values.
class RunCache {
 public:
  virtual ~RunCache() = default;

  // The ofmap [K,P,Q], and the zero or the live taps of the ifmap (skip/operands), of a layer and
  // an image, into `values`. False: not cached, read it from the trace.
  virtual bool read_ofmap(std::size_t layer, int image, std::vector<float>& values) = 0;
  virtual bool read_zero_taps(std::size_t layer, int image, std::vector<int>& values) = 0;
  virtual bool read_live_taps(std::size_t layer, int image, LiveTaps& values) = 0;

  // The prediction with these settings. Null: not cached; compute it and keep it.
  virtual const Prediction* prediction(std::size_t layer, int image,
                                       const LayerPrediction& settings) = 0;
  virtual void keep_prediction(std::size_t layer, int image, const LayerPrediction& settings,
                               const Prediction& prediction) = 0;

  // The counters of the dense version of the machine. Null: not cached; simulate it and keep them.
  virtual const Counters* dense(std::size_t layer, int image) = 0;
  virtual void keep_dense(std::size_t layer, int image, const Counters& counters) = 0;
};

struct RunOptions {
  std::string engine = "event";  // a row of engines()
  EngineOptions blocks;
  // An existing engine of that name; null: the run creates one, with `blocks`. A process can create
  // only one (engine/engine_kind.h).
  Engine* existing_engine = nullptr;
  const MemoryKind* memory = nullptr;  // null: the engine's default
  // A computed output that is not the trace's is an error; for an engine that can check values.
  bool check_values = false;
  EventSink events;
  // Of the first image, counted as in RunEvents; for an engine that has cycles.
  WaveformRequest waveform;
  RunProfile* profile = nullptr;
  int images = 0;             // how many of the trace's, from the first one on; 0: all
  RunCache* cache = nullptr;  // none: everything is read and computed
  // Worker processes that simulate images; 1: this process does. REQUIRES: 1 with
  // `existing_engine` or `cache`. Results and events are the same for any number.
  std::size_t jobs = 1;
};

// An engine for several runs (RunOptions::existing_engine). Throws Error(usage) for an unknown
// name.
std::shared_ptr<Engine> make_engine(const std::string& name);
// Whether this process must be replaced before its engine's next run (Engine::exhausted).
bool engine_exhausted(const Engine& engine);

// Simulates every layer of every image. Throws Error(usage) for an unknown engine, for more images
// than the trace has, for a check of values by one that computes none, for a waveform of one that
// has no cycles or from after the last cycle, Error(config) and Error(machine) before any
// simulation when a layer cannot run, Error(trace) for damaged values, for a wrong value or nothing
// to check and for a negative threshold on values that have already passed the ReLU,
// Error(interrupted), and whatever the event sink and the waveform's writer throw.
RunResult run_trace(const MachineSpec& machine, const Trace& trace, const Watch& watch = {},
                    const RunOptions& options = {});

}  // namespace peeksim
