#include "sim/run/layer_predictions.h"

#include "sim/run/read_operands.h"

namespace peeksim {

LayerPredictions::LayerPredictions(const Trace& trace, std::size_t layer,
                                   const LayerPrediction& settings)
    : trace_(trace), layer_(layer), settings_(settings) {
  if (!settings.predictor->reads_operands) return;
  operands_ = std::make_unique<Operands>();
  read_weights(trace, layer, *operands_);
}

LayerPredictions::~LayerPredictions() = default;

Prediction LayerPredictions::of(int image) {
  const Layer& layer = trace_.info().layers[layer_].layer;
  trace_.read_ofmap(layer_, image, ofmap_);
  require_unrectified(settings_, layer.name, ofmap_, trace_.info().path);
  if (operands_ == nullptr) return predict(settings_, ofmap_, layer.K, image);
  read_activations(trace_, layer_, image, ofmap_, *operands_);
  const LayerOperands operands{layer, *operands_};
  return predict(settings_, ofmap_, layer.K, image, &operands);
}

}  // namespace peeksim
