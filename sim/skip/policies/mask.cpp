// Decisions that another program made: prediction.masks_file says which outputs of a layer are
// computed first, and which of the others are gated. Every output is a window of its own.
#include <memory>
#include <utility>

#include "sim/base/error.h"
#include "sim/skip/layer_prediction.h"
#include "sim/skip/policies/predictors.h"
#include "sim/skip/prediction.h"

namespace peeksim {

namespace {

// A layer that is not in the masks runs dense.
void take_file(const MachineSpec& machine, const Layer& layer, LayerPrediction& settings) {
  const PredictionSpec& prediction = machine.prediction;
  if (prediction.masks_file.empty())
    throw Error(ErrorKind::config, machine.location("prediction.policy"),
                "policy mask needs prediction.masks_file", "docs/own-predictor.md");
  if (prediction.masks == nullptr)
    throw Error(ErrorKind::config, machine.location("prediction.masks_file"),
                "masks are those of a trace", "give the trace that they were made for");
  const bool has = prediction.masks->has(layer.name);
  if (has) require_relu(machine, "prediction.masks_file", "masks", layer);
  if (!settings.excluded.empty()) return;
  if (!has) {
    settings.excluded = "not in the masks file";
    return;
  }
  settings.masks = prediction.masks;
  settings.layer = layer.name;
  settings.file = {"masks_sha256", prediction.masks_sha256};
  settings.decision_macs = prediction.masks->decision_macs(layer.name);
}

std::vector<std::uint8_t> decide(const LayerImage& image, const LayerPrediction& settings,
                                 Prediction& result) {
  Masks::Decisions made = settings.masks->read(settings.layer, image.image);
  result.grid.first = std::make_shared<std::vector<std::uint8_t>>(std::move(made.first));
  return std::move(made.gated);
}

// The layer's bytes are named by the file, whose identity is part of the machine's.
std::string fingerprint(const LayerPrediction& settings) {
  return settings.file.sha256;
}

}  // namespace

const Predictor mask_predictor =
    with_decision_unit("mask", "the decisions of another program, from prediction.masks_file",
                       take_file, decide, fingerprint);

}  // namespace peeksim
