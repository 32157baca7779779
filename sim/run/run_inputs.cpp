#include "sim/run/run_inputs.h"

#include "sim/run/read_operands.h"
#include "sim/skip/operands/zero_gating.h"

namespace peeksim {

RunInputs::RunInputs(const Trace& trace, const MachineSpec& machine, const EngineKind& engine,
                     const RunOptions& options, RunProfile& profile)
    : trace_(trace), machine_(machine), engine_(engine), options_(options), profile_(profile) {}

void RunInputs::enter_layer(std::size_t layer, const LayerSetup& setup) {
  layer_ = layer;
  setup_ = &setup;
  values_.operands = Operands();
  needs_operands_ = engine_.computes_values || setup.prediction.predictor->reads_operands;
  if (needs_operands_) {
    const PhaseTimer timer(profile_.read_seconds);
    read_weights(trace_, layer, values_.operands);
  }
  values_.check = options_.check_values && why_not_checkable(trace_.info().layers[layer]).empty();
}

const JobImage& RunInputs::read(int image) {
  image_ = {&values_, nullptr};
  values_.image = image;
  values_.zero_taps.clear();
  values_.live_taps = LiveTaps();
  has_operands_ = false;
  if (options_.cache != nullptr) {
    predict_with_cache(image);
  } else {
    {
      const PhaseTimer timer(profile_.read_seconds);
      trace_.read_ofmap(layer_, image, values_.ofmap);
      if (needs_operands_) read_operands(image);
    }
    const PhaseTimer timer(profile_.simulate_seconds);
    require_unrectified(setup_->prediction, setup_->layer.name, values_.ofmap, trace_.info().path);
  }
  const TapFate fate = fate_of_zero_taps(machine_.array, trace_.info().layers[layer_].has_ifmap);
  if (fate != TapFate::executed) read_taps(fate, image);
  return image_;
}

void RunInputs::read_operands(int image) {
  read_activations(trace_, layer_, image, values_.ofmap, values_.operands);
  has_operands_ = true;
}

void RunInputs::read_taps(TapFate fate, int image) {
  RunCache* const cache = options_.cache;
  // Engines that compute values find the taps to skip themselves.
  const bool skips = fate == TapFate::skipped && !engine_.computes_values;
  if (cache != nullptr && cache->read_zero_taps(layer_, image, values_.zero_taps) &&
      (!skips || cache->read_live_taps(layer_, image, values_.live_taps)))
    return;
  if (!has_operands_) {
    const PhaseTimer timer(profile_.read_seconds);
    trace_.read_ifmap(layer_, image, values_.operands.ifmap);
  }
  const PhaseTimer timer(profile_.simulate_seconds);
  if (skips) {
    values_.live_taps = LiveTaps(setup_->layer, values_.operands.ifmap);
    values_.zero_taps = zero_taps(setup_->layer, values_.live_taps);
  } else {
    values_.zero_taps = zero_taps(setup_->layer, values_.operands.ifmap);
  }
}

// A layer that is not predicted needs no values; the values of a cached prediction were checked.
void RunInputs::predict_with_cache(int image) {
  const LayerPrediction& settings = setup_->prediction;
  if (!settings.predicts()) return;
  image_.prediction = options_.cache->prediction(layer_, image, settings);
  if (image_.prediction != nullptr) return;
  if (!options_.cache->read_ofmap(layer_, image, values_.ofmap)) {
    const PhaseTimer timer(profile_.read_seconds);
    trace_.read_ofmap(layer_, image, values_.ofmap);
  }
  if (needs_operands_) {
    const PhaseTimer timer(profile_.read_seconds);
    read_operands(image);
  }
  const PhaseTimer timer(profile_.simulate_seconds);
  require_unrectified(settings, setup_->layer.name, values_.ofmap, trace_.info().path);
  const LayerOperands operands{setup_->layer, values_.operands};
  prediction_ = predict(settings, values_.ofmap, setup_->layer.K, image, &operands);
  options_.cache->keep_prediction(layer_, image, settings, prediction_);
  image_.prediction = &prediction_;
}

}  // namespace peeksim
