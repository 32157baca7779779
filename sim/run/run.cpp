#include "sim/run/run.h"

#include <algorithm>
#include <future>

#include "sim/base/error.h"
#include "sim/engine/engine.h"
#include "sim/engine/value_counters.h"
#include "sim/run/read_operands.h"
#include "sim/run/run_inputs.h"
#include "sim/run/waveform.h"
#include "sim/skip/operands/zero_gating.h"

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

// What of a layer's simulation on the described machine is kept or shown.
class LayerObserver : public Observer {
 public:
  LayerObserver(EventDetail detail, Waveform* waveform) : detail_(detail), waveform_(waveform) {}

  EventLog events;
  bool shows = false;  // the image that is simulated is the one of the waveform

  EventDetail detail(int) const override { return detail_; }
  void on_event(const Event& event) override { events.push_back(event); }
  bool wants_cycle(int, Cycle cycle) const override {
    return shows && waveform_ != nullptr && waveform_->wants(cycle);
  }
  void on_cycle(const CycleView& view) override { waveform_->show(view); }

 private:
  const EventDetail detail_;
  Waveform* const waveform_;  // none: null
};

// A machine and what it makes of a layer.
struct LayerOn {
  const MachineSpec& machine;
  const LayerSetup& setup;
};

// One layer on the machine and on its dense version, image after image.
class LayerRunner {
 public:
  LayerRunner(Engine& engine, const LayerOn& described, const LayerOn& dense,
              const RunOptions& options, Waveform* waveform, RunProfile& profile)
      : engine_(engine),
        described_(described),
        dense_(dense),
        options_(options),
        observer_(options.events.detail(), waveform),
        profile_(profile) {}

  CounterPair run(const JobImage& image, std::size_t layer) {
    CounterPair pair;
    pair.dense = dense(*image.values, layer);
    pair.machine = described_.setup.prediction.predicts() ? observe(described_, image) : pair.dense;
    return pair;
  }

  // What happened on the machine at the last run, counted from the start of the layer. A layer that
  // is not predicted happens in the same way for every image.
  const EventLog& events() const { return observer_.events; }

 private:
  Counters observe(const LayerOn& on, const JobImage& image) {
    observer_.events.clear();
    observer_.shows = image.values->image == 0;
    const Counters counters = simulate(on, image, observer_);
    sort_events(observer_.events);
    return counters;
  }

  Counters simulate(const LayerOn& on, const JobImage& image, Observer& observer) {
    Job job(on.machine, on.setup, {image});
    job.memory = options_.memory;
    const Counters counters = engine_.simulate(job, observer).front();
    profile_.cycles += counters.cycles;
    profile_.macs += counters.macs_total;
    return counters;
  }

  Counters dense(const LayerValues& values, std::size_t layer) {
    RunCache* const cache = options_.cache;
    if (cache != nullptr)
      if (const Counters* known = cache->dense(layer, values.image)) return *known;
    simulate_dense(values);
    if (cache != nullptr) cache->keep_dense(layer, values.image, dense_counters_);
    return dense_counters_;
  }

  // Without prediction no value changes the time, unless zero activations are skipped: one
  // simulation serves all images whose values are not to be checked. On a machine that does not
  // predict the layer either it is the one observed.
  void simulate_dense(const LayerValues& values) {
    const JobImage image{&values, nullptr};
    const bool skips =
        fate_of_zero_taps(described_.machine.array, !values.zero_taps.empty()) == TapFate::skipped;
    if (!simulated_ || values.check || skips) {
      Observer nobody;
      dense_counters_ = described_.setup.prediction.predicts() ? simulate(dense_, image, nobody)
                                                               : observe(dense_, image);
      simulated_ = true;
    } else {
      const Prediction none = predict(dense_.setup.prediction, values.ofmap, dense_.setup.layer.K);
      count_values(dense_.setup.layer, none, values, dense_counters_);
    }
  }

  Engine& engine_;
  const LayerOn described_, dense_;
  const RunOptions& options_;
  LayerObserver observer_;
  RunProfile& profile_;
  bool simulated_ = false;
  Counters dense_counters_;
};

}  // namespace

std::shared_ptr<Engine> make_engine(const std::string& name) {
  return find_engine(name).make(EngineOptions());
}

bool is_spent(const Engine& engine) {
  return engine.spent();
}

RunResult run_trace(const MachineSpec& machine, const Trace& trace, const Watch& watch,
                    const RunOptions& options) {
  const TraceInfo& info = trace.info();
  const MachineSpec dense_machine = dense_version(machine);
  RunProfile ignored;
  RunProfile& spent = options.profile != nullptr ? *options.profile : ignored;
  const EngineKind& kind = find_engine(options.engine);

  if (options.check_values) require_checkable(kind, info);
  if (options.waveform.write) require_cycles(kind);

  std::vector<LayerSetup> setups, dense_setups;
  const std::vector<Layer> layers = layers_of(info);
  const std::vector<LayerPrediction> predictions = resolve_layers(machine, layers);
  const std::vector<LayerPrediction> dense = resolve_layers(dense_machine, layers);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    setups.push_back(set_up_layer(machine, layers[i], predictions[i]));
    dense_setups.push_back(set_up_layer(dense_machine, layers[i], dense[i]));
  }

  const int images = images_to_run(info, options.images);
  // On a thread beside the simulation, where one can be had; nothing is returned before it is
  // known. With a cache it is known already.
  const std::launch later = std::launch::deferred;
  std::future<std::string> hash =
      std::async(options.cache != nullptr ? later : std::launch::async | later,
                 [&trace] { return trace.sha256(); });

  std::unique_ptr<Engine> own;
  if (options.made == nullptr) own = kind.make(options.blocks);
  Engine& engine = own ? *own : *options.made;
  const std::unique_ptr<Waveform> waveform = make_waveform(options.waveform, machine, setups);
  RunInputs inputs(trace, machine, kind, options, spent);
  std::vector<LayerResult> layer_results;
  std::vector<CounterPair> of_image(images);
  for (std::size_t i = 0; i < info.layers.size(); ++i) {
    const LayerSetup& setup = setups[i];
    watch.enter_layer(i, info.layers.size(), setup.layer.name);
    LayerResult layer;
    layer.layer = setup.layer;
    layer.policy = setup.prediction.predictor->name;
    layer.excluded = setup.prediction.excluded;
    layer.streamed = setup.plan.streamed;
    layer.zeros_known = info.layers[i].has_ifmap;
    LayerRunner runner(engine, {machine, setup}, {dense_machine, dense_setups[i]}, options,
                       waveform.get(), spent);
    if (waveform) waveform->enter_layer(i, of_image.front().machine.cycles);
    inputs.enter_layer(i, setup);
    for (int image = 0; image < images; ++image) {
      watch.check(info.path);
      const JobImage& values = inputs.read(image);
      CounterPair counters;
      {
        const PhaseTimer timer(spent.simulate_seconds);
        counters = runner.run(values, i);
      }
      if (options.events) {
        EventLog events = runner.events();
        shift_events(events, of_image[image].machine.cycles);
        options.events({setup.layer, setup.plan, image, events});
      }
      layer.counters += counters;
      of_image[image] += counters;
    }
    layer_results.push_back(std::move(layer));
  }
  if (waveform) waveform->finish(of_image.front().machine.cycles);
  hash.get();
  RunResult result = result_before(machine, trace, images);
  result.layers = std::move(layer_results);
  for (int image = 0; image < images; ++image) result.images[image].counters = of_image[image];
  return result;
}

}  // namespace peeksim
