#include "sim/run/trace_simulation.h"

#include "sim/engine/engine.h"
#include "sim/engine/value_counters.h"
#include "sim/run/required_values.h"
#include "sim/run/run_inputs.h"
#include "sim/run/waveform.h"
#include "sim/skip/operands/zero_gating.h"

namespace peeksim {

namespace {

// Collects the events of a layer on the described machine, and writes its waveform.
class LayerObserver : public Observer {
 public:
  LayerObserver(EventDetail detail, Waveform* waveform) : detail_(detail), waveform_(waveform) {}

  EventLog events;
  bool in_waveform = false;  // whether the current image is the one of the waveform

  EventDetail detail(int) const override { return detail_; }
  void on_event(const Event& event) override { events.push_back(event); }
  bool wants_cycle(int, Cycle cycle) const override {
    return in_waveform && waveform_ != nullptr && waveform_->wants(cycle);
  }
  void on_cycle(const CycleView& view) override { waveform_->show(view); }

 private:
  const EventDetail detail_;
  Waveform* const waveform_;  // none: null
};

// A machine, and a layer set up for it.
struct MachineLayer {
  const MachineSpec& machine;
  const LayerSetup& setup;
};

}  // namespace

// One layer on the machine and on its dense version, image after image.
class TraceSimulation::LayerRunner {
 public:
  LayerRunner(Engine& engine, const MachineLayer& described, const MachineLayer& dense,
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

  // The events on the machine at the last run, counted from the start of the layer. A layer that is
  // not predicted has the same events for every image.
  const EventLog& events() const { return observer_.events; }

 private:
  Counters observe(const MachineLayer& on, const JobImage& image) {
    observer_.events.clear();
    observer_.in_waveform = image.values->image == 0;
    const Counters counters = simulate(on, image, observer_);
    sort_events(observer_.events);
    return counters;
  }

  Counters simulate(const MachineLayer& on, const JobImage& image, Observer& observer) {
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

  // Without prediction the timing does not depend on values, unless zero activations are skipped:
  // one simulation serves all images whose values are not to be checked. It is observed when the
  // described machine does not predict the layer either.
  void simulate_dense(const LayerValues& values) {
    const JobImage image{&values, nullptr};
    const bool skips =
        fate_of_zero_taps(described_.machine.array, !values.zero_taps.empty()) == TapFate::skipped;
    if (!simulated_ || values.check || skips) {
      Observer no_observer;
      dense_counters_ = described_.setup.prediction.predicts()
                            ? simulate(dense_, image, no_observer)
                            : observe(dense_, image);
      simulated_ = true;
    } else {
      const Prediction none =
          predict(dense_.setup.prediction, values.ofmap, dense_.setup.layer.K, values.image);
      count_values(dense_.setup.layer, none, values, dense_counters_);
    }
  }

  Engine& engine_;
  const MachineLayer described_, dense_;
  const RunOptions& options_;
  LayerObserver observer_;
  RunProfile& profile_;
  bool simulated_ = false;
  Counters dense_counters_;
};

struct TraceSimulation::State {
  explicit State(TraceSimulation& simulation)
      : own(simulation.options_.existing_engine != nullptr
                ? nullptr
                : simulation.kind_.make(simulation.options_.blocks)),
        engine(own ? *own : *simulation.options_.existing_engine),
        inputs(simulation.trace_, simulation.machine_, simulation.kind_, simulation.options_,
               simulation.profile) {}

  const std::unique_ptr<Engine> own;
  Engine& engine;
  RunInputs inputs;
  std::unique_ptr<Waveform> waveform;  // null: not asked for, or written by another process
  std::size_t layer = 0;
  std::unique_ptr<LayerRunner> runner;  // of the layer
  Cycle first_image_cycles = 0;         // of the layers before
};

TraceSimulation::TraceSimulation(const MachineSpec& machine, const Trace& trace,
                                 const EngineKind& engine, const RunOptions& options)
    : machine_(machine),
      dense_machine_(dense_version(machine)),
      trace_(trace),
      kind_(engine),
      options_(options) {
  const std::vector<Layer> layers = layers_of(trace.info());
  const std::vector<LayerPrediction> predictions = resolve_layers(machine, layers);
  require_values(trace.info(), machine, predictions);
  const std::vector<LayerPrediction> dense = resolve_layers(dense_machine_, layers);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    setups_.push_back(set_up_layer(machine, layers[i], predictions[i]));
    dense_setups_.push_back(set_up_layer(dense_machine_, layers[i], dense[i]));
  }
}

TraceSimulation::~TraceSimulation() = default;

const LayerSetup& TraceSimulation::setup(std::size_t layer) const {
  return setups_[layer];
}

LayerOutcome TraceSimulation::run(std::size_t layer, int image) {
  if (!state_) state_ = std::make_unique<State>(*this);
  if (layer == 0 && image == 0)
    state_->waveform = make_waveform(options_.waveform, machine_, setups_);
  if (!state_->runner || state_->layer != layer) enter_layer(layer);
  const JobImage& values = state_->inputs.read(image);
  LayerOutcome outcome;
  {
    const PhaseTimer timer(profile.simulate_seconds);
    outcome.counters = state_->runner->run(values, layer);
  }
  if (options_.events) outcome.events = state_->runner->events();
  if (image == 0) {
    state_->first_image_cycles += outcome.counters.machine.cycles;
    if (state_->waveform && layer + 1 == setups_.size())
      state_->waveform->finish(state_->first_image_cycles);
  }
  return outcome;
}

void TraceSimulation::enter_layer(std::size_t layer) {
  state_->layer = layer;
  state_->runner =
      std::make_unique<LayerRunner>(state_->engine, MachineLayer{machine_, setups_[layer]},
                                    MachineLayer{dense_machine_, dense_setups_[layer]}, options_,
                                    state_->waveform.get(), profile);
  if (state_->waveform) state_->waveform->enter_layer(layer, state_->first_image_cycles);
  state_->inputs.enter_layer(layer, setups_[layer]);
}

bool TraceSimulation::exhausted() const {
  return state_ && state_->engine.exhausted();
}

}  // namespace peeksim
