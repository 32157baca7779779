#include "sim/run/run.h"

#include <algorithm>
#include <future>

#include "sim/base/error.h"
#include "sim/base/overflow.h"
#include "sim/engine/engine.h"
#include "sim/run/image_workers.h"
#include "sim/run/read_operands.h"
#include "sim/run/trace_simulation.h"

namespace peeksim {

namespace {

void require_checkable(const EngineKind& engine, const TraceInfo& info) {
  if (!engine.can_check_values)
    throw Error(ErrorKind::usage, "",
                "values can be checked only by an engine that computes them, and '" +
                    std::string(engine.name) + "' does not",
                "add --engine clocked");
  std::string why = "there is no layer";
  for (const TraceLayer& layer : info.layers) {
    why = "layer '" + layer.layer.name + "': " + why_not_checkable(layer);
    if (why_not_checkable(layer).empty()) return;
  }
  throw Error(ErrorKind::trace, info.path, "no layer's values can be checked; " + why,
              "record the trace with tools/extract_trace.py --quantize int8, or --with-weights "
              "--type f32");
}

int images_to_run(const TraceInfo& info, int wanted) {
  if (wanted > info.images)
    throw Error(ErrorKind::usage, "",
                std::to_string(wanted) + " images are wanted, and " + info.path + " holds " +
                    std::to_string(info.images),
                "ask for as many as there are, or for all");
  return wanted == 0 ? info.images : wanted;
}

// The estimated work before each layer, as a share of the run's: proportional to MACs for an engine
// that computes values, else to outputs.
std::vector<double> work_before(const std::vector<TraceLayer>& layers, const EngineKind& engine) {
  std::vector<double> before = {0};
  for (const TraceLayer& traced : layers) {
    const Count work = engine.computes_values ? traced.layer.macs() : traced.layer.outputs();
    before.push_back(before.back() + static_cast<double>(work));
  }
  for (double& share : before) share /= before.back();
  return before;
}

}  // namespace

std::shared_ptr<Engine> make_engine(const std::string& name) {
  return find_engine(name).make(EngineOptions());
}

bool engine_exhausted(const Engine& engine) {
  return engine.exhausted();
}

RunProfile& RunProfile::operator+=(const RunProfile& other) {
  read_seconds += other.read_seconds;
  simulate_seconds += other.simulate_seconds;
  cycles += other.cycles;
  macs += other.macs;
  return *this;
}

RunResult run_trace(const MachineSpec& machine, const Trace& trace, const Watch& watch,
                    const RunOptions& options) {
  const TraceInfo& info = trace.info();
  const EngineKind& kind = find_engine(options.engine);
  if (options.check_values) require_checkable(kind, info);
  if (options.waveform.write) require_cycles(kind);
  TraceSimulation simulation(machine, trace, kind, options);
  const int images = images_to_run(info, options.images);

  std::unique_ptr<ImageWorkers> workers;  // none: this process simulates
  const std::size_t jobs = std::min(options.jobs, info.layers.size() * images);
  if (jobs > 1) workers = std::make_unique<ImageWorkers>(simulation, info, images, jobs, options);
  // Computed on a second thread where possible, and awaited before the run returns. With a cache it
  // is already known.
  const std::launch later = std::launch::deferred;
  std::future<std::string> hash =
      std::async(options.cache != nullptr ? later : std::launch::async | later,
                 [&trace] { return trace.sha256(); });

  const std::vector<double> before = work_before(info.layers, kind);
  std::vector<LayerResult> layer_results;
  std::vector<CounterPair> of_image(images);
  CounterPair network;  // so far: where it does not overflow, no part of it does
  for (std::size_t i = 0; i < info.layers.size(); ++i) {
    const LayerSetup& setup = simulation.setup(i);
    LayerResult layer;
    layer.layer = setup.layer;
    layer.policy = setup.prediction.predictor->name;
    layer.excluded = setup.prediction.excluded;
    layer.streamed = setup.plan.streamed;
    layer.zeros_known = info.layers[i].has_ifmap;
    for (int image = 0; image < images; ++image) {
      watch.enter({i, info.layers.size(), setup.layer.name, image, images,
                   before[i] + (before[i + 1] - before[i]) * image / images});
      watch.check(info.path);
      LayerOutcome outcome = workers ? workers->next(watch) : simulation.run(i, image);
      if (options.events) {
        shift_events(outcome.events, of_image[image].machine.cycles);
        options.events({setup.layer, setup.plan, image, outcome.events});
      }
      name_overflow(setup.layer.name, [&] { network += outcome.counters; });
      layer.counters += outcome.counters;
      of_image[image] += outcome.counters;
    }
    layer_results.push_back(std::move(layer));
  }
  hash.get();
  if (options.profile != nullptr) *options.profile = simulation.profile;
  RunResult result = result_before(machine, trace, images);
  result.layers = std::move(layer_results);
  for (int image = 0; image < images; ++image) result.images[image].counters = of_image[image];
  return result;
}

}  // namespace peeksim
