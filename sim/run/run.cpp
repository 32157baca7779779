#include "sim/run/run.h"

#include <algorithm>
#include <utility>

#include "sim/base/error.h"
#include "sim/engine/engine.h"
#include "sim/engine/simulate_layer.h"
#include "sim/run/read_operands.h"
#include "sim/run/run_inputs.h"

namespace peeksim {

namespace {

void require_checkable(const EngineKind& engine, const TraceInfo& info) {
  if (!engine.clocked)
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

// One layer on the machine and on its dense version, image after image.
class LayerRunner {
 public:
  LayerRunner(Engine& engine, const LayerSetup& setup, const LayerSetup& dense_setup, bool logs,
              clocked::Waveform* waveform, RunProfile& profile)
      : engine_(engine),
        setup_(setup),
        dense_setup_(dense_setup),
        logs_(logs),
        waveform_(waveform),
        profile_(profile) {}

  // `cache`: none is null.
  CounterPair run(LayerValues& values, std::size_t layer, RunCache* cache) {
    // The dense machine predicts nothing, whatever the described one does.
    const Prediction* const prediction = std::exchange(values.prediction, nullptr);
    CounterPair pair;
    pair.dense = dense(values, layer, cache);
    values.prediction = prediction;
    pair.machine = setup_.prediction.predicts() ? simulate(setup_, values, true) : pair.dense;
    return pair;
  }

  // What happened on the machine at the last run, counted from the start of the layer. A layer that
  // is not predicted happens in the same way for every image.
  const EventLog& events() const { return events_; }

 private:
  // `described`: the machine that is logged and shown, and not the dense one beside it.
  Counters simulate(const LayerSetup& setup, const LayerValues& values, bool described) {
    const bool log = logs_ && described;
    if (log) events_.clear();
    const bool shown = described && values.image == 0;
    const Counters counters =
        engine_.simulate(setup, values, log ? &events_ : nullptr, shown ? waveform_ : nullptr);
    if (log) sort_events(events_);
    profile_.cycles += counters.cycles;
    profile_.macs += counters.macs_total;
    return counters;
  }

  Counters dense(const LayerValues& values, std::size_t layer, RunCache* cache) {
    if (cache != nullptr)
      if (const Counters* known = cache->dense(layer, values.image)) return *known;
    simulate_dense(values);
    if (cache != nullptr) cache->keep_dense(layer, values.image, dense_counters_);
    return dense_counters_;
  }

  // Without prediction no value changes the time: one simulation serves all images, unless their
  // values are checked.
  void simulate_dense(const LayerValues& values) {
    if (!simulated_ || values.check) {
      dense_counters_ = simulate(dense_setup_, values, !setup_.prediction.predicts());
      simulated_ = true;
    } else {
      const Prediction none = predict(dense_setup_.prediction, values.ofmap, setup_.layer.K);
      count_values(setup_.layer, none, values, dense_counters_);
    }
  }

  Engine& engine_;
  const LayerSetup& setup_;
  const LayerSetup& dense_setup_;
  const bool logs_;
  clocked::Waveform* const waveform_;  // none: null
  RunProfile& profile_;
  bool simulated_ = false;
  Counters dense_counters_;
  EventLog events_;
};

}  // namespace

RunResult run_trace(const MachineSpec& machine, const Trace& trace, const Watch& watch,
                    const RunOptions& options) {
  const TraceInfo& info = trace.info();
  const MachineSpec dense_machine = dense_version(machine);
  RunProfile ignored;
  RunProfile& spent = options.profile != nullptr ? *options.profile : ignored;
  const EngineKind& kind = find_engine(options.engine);

  if (options.check_values) require_checkable(kind, info);
  if (options.waveform.write) require_waveform(kind);

  std::vector<LayerSetup> setups, dense_setups;
  const std::vector<Layer> layers = layers_of(info);
  const std::vector<LayerPrediction> predictions = resolve_layers(machine, layers);
  const std::vector<LayerPrediction> dense = resolve_layers(dense_machine, layers);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    setups.push_back(set_up_layer(machine, layers[i], predictions[i]));
    dense_setups.push_back(set_up_layer(dense_machine, layers[i], dense[i]));
  }

  RunResult result;
  result.machine = machine;
  result.trace = identity_of(trace);
  result.trace.images = images_to_run(info, options.images);
  result.images.resize(result.trace.images);
  for (std::size_t i = 0; i < result.images.size() && i < info.image_names.size(); ++i)
    result.images[i].name = info.image_names[i];

  const std::unique_ptr<Engine> engine = kind.make(machine, options.accelerator);
  const std::unique_ptr<clocked::Waveform> waveform =
      make_waveform(options.waveform, machine, setups);
  RunInputs inputs(trace, machine, kind, options, spent);
  for (std::size_t i = 0; i < info.layers.size(); ++i) {
    const LayerSetup& setup = setups[i];
    watch.enter_layer(i, info.layers.size(), setup.layer.name);
    LayerResult layer;
    layer.layer = setup.layer;
    layer.policy = setup.prediction.predictor->name;
    layer.excluded = setup.prediction.excluded;
    layer.streamed = setup.plan.streamed;
    layer.zeros_known = info.layers[i].has_ifmap;
    LayerRunner runner(*engine, setup, dense_setups[i], options.events != nullptr, waveform.get(),
                       spent);
    inputs.enter_layer(i, setup);
    for (int image = 0; image < result.trace.images; ++image) {
      watch.check(info.path);
      LayerValues& values = inputs.read(image);
      CounterPair counters;
      {
        const PhaseTimer timer(spent.simulate_seconds);
        counters = runner.run(values, i, options.cache);
      }
      if (options.events) {
        EventLog events = runner.events();
        shift_events(events, 0, result.images[image].counters.machine.cycles);
        options.events({setup.layer, setup.plan, image, events});
      }
      layer.counters += counters;
      result.images[image].counters += counters;
    }
    result.layers.push_back(std::move(layer));
  }
  if (waveform) finish_waveform(*waveform, options.waveform.window);
  return result;
}

}  // namespace peeksim
